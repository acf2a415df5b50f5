"""A grid of notebooks under limits, on this machine or on a cluster, with a leaderboard.

`grid` says what to run, `collecting` and `reading` find it, `submissions` and `naming` say whose it
is, `pools` where, `runner` under which limits; `run_notebook` is a run's process (`cells`,
`colab_lines`, `wording` help it); `kept` and `gathered` read what it left, `tracked` sends it on.
May import the other tools and every wing; a notebook's own process imports as little as it can.
"""
