"""A grid of notebooks under limits, on this machine or on a cluster, with a leaderboard.

`grid` says what to run, `collecting` finds it and `reading` makes text of it; `submissions` and
`naming` say whose it is, `pools` where it runs, `runner` under which limits. `run_notebook` is the
process of one run, `cells` knows its cells and `colab_lines` takes out what only Colab can do;
`wording` says in words how it ended, `kept` and `gathered` read what it left.
May import the other tools and every wing; a notebook's own process imports as little as it can.
"""
