"""What a run will take: minutes and memory of each notebook, measured and scaled to here.

`times` holds what was measured, `yardstick` measures this machine, `memory` warns before a run,
`cards` puts the minutes where readers look. Needs the standard library alone until it measures.
"""

from helpers.tools.expected.cards import PROFILE, computing
from helpers.tools.expected.cards import published as with_times
from helpers.tools.expected.memory import too_large
from helpers.tools.expected.times import line, load, merged, plan, words
from helpers.tools.expected.yardstick import Speed, is_busy, key, speed_here

__all__ = [
    "PROFILE",
    "Speed",
    "computing",
    "is_busy",
    "key",
    "line",
    "load",
    "merged",
    "plan",
    "speed_here",
    "too_large",
    "with_times",
    "words",
]
