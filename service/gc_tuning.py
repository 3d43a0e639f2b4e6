"""Python's garbage collector, for processes that make many small objects of which none is garbage."""

import gc


def tune_garbage_collector() -> None:
    """Look for garbage less often, and not among what the program consists of.

    A large answer is half a million small objects, and an export millions of rows: by default Python looked through
    all that were there again and again, which took as long as making the answer, and a fifth of reading an export.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
