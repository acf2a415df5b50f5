"""Publishing: notebooks are run in full; outputs, records, tables and charts are stored.

`command` does it notebook by notebook; `merging` puts new records in the place of old ones,
`outputs` cleans what is stored, `charts` draws `figures/`, `model_file` picks the model.
May import the other tools and every wing.
New: a chart of the README is a function in `charts`, drawn from records alone.
"""
