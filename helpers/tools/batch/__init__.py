"""A grid of notebooks under limits, on this machine or on a cluster, with a leaderboard.

`grid` and `submissions` say what to run, `pools` where, `runner` under which limits;
`run_notebook` is the process of one run, `kept` and `gathered` read what it left.
May import the other tools and every wing; a notebook's own process imports as little as it can.
"""
