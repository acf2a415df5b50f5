"""The plumbing of the CNN course: loading, training records, figures and checks.

Importing this package alone loads nothing heavy; each module imports what it needs.
"""
