"""A grid of notebooks under limits, on this machine or on a cluster, with a leaderboard.

`grid` and `submissions` say what to run, `naming` whose it is, `pools` where, `runner` under which
limits; `run_notebook` is the process of one run, `wording` says in words how it ended, `kept` and
`gathered` read what it left.
May import the other tools and every wing; a notebook's own process imports as little as it can.
"""
