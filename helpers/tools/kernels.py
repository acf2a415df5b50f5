"""Lets a process start kernels and hear them on a busy machine, where nbclient gives up.

A kernel is told its ports before it listens at them; another program may take one meanwhile, and
the kernel ends before its first answer. Then no cell has run, and another one is started. And what
a cell prints may come later than the four seconds after its end that nbclient listens.

This file needs nothing else of the course, so that another environment can run it.
"""

import functools

STARTS = 3  # kernels that are started for one notebook, if the first ones die at once
LISTENS = 600  # seconds after a cell's end in which its outputs are waited for
DIED = "Kernel died before replying"


def mend() -> None:
    """Changes nbclient, and with it papermill, in this process."""
    from nbclient import NotebookClient
    from nbclient.util import run_sync

    make, start = NotebookClient.__init__, NotebookClient.async_start_new_kernel
    connect = NotebookClient.async_start_new_kernel_client

    @functools.wraps(make)
    def patient(client, *arguments, **options):
        make(client, *arguments, **{"iopub_timeout": LISTENS} | options)

    @functools.wraps(start)
    async def remembered(client, **options):
        client._started_with = options
        await start(client, **options)

    @functools.wraps(connect)
    async def again(client):
        for _ in range(STARTS - 1):
            try:
                return await connect(client)
            except RuntimeError as error:
                if DIED not in str(error):
                    raise
            client.create_kernel_manager()
            await start(client, **client._started_with)
        return await connect(client)

    NotebookClient.__init__ = patient
    NotebookClient.async_start_new_kernel = remembered
    NotebookClient.start_new_kernel = run_sync(remembered)
    NotebookClient.async_start_new_kernel_client = again
    NotebookClient.start_new_kernel_client = run_sync(again)


def pytest_configure() -> None:
    """The same for nbval; pytest calls it: `-p helpers.tools.kernels`."""
    from nbval import plugin

    kernel = plugin.RunningKernel

    @functools.wraps(kernel)
    def again(*arguments, **options):
        for _ in range(STARTS - 1):
            try:
                return kernel(*arguments, **options)
            except RuntimeError as error:
                if DIED not in str(error):
                    raise
        return kernel(*arguments, **options)

    plugin.RunningKernel = again
