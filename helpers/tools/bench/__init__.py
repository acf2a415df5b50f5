"""What `make bench` measures: training, batches, the notebooks' minutes and memory.

`with_keras` and `with_torch` are processes that measure one row; `report` and `chart` show it.
The door needs the standard library alone: PyTorch's environment has nothing else of the course.
New: a network goes into `networks`, a way of computing into `ways` and the two processes.
"""
