# Part of Apus, Apache-2.0. See LICENSE.
"""Calls functions of a Swift program on its engines, from Python.

    import ipyparallel as ipp
    from apus_ipyparallel import SwiftFunction

    rc = ipp.Client()
    pi = SwiftFunction(rc, "pi", points=1_000_000)
    hits = pi.map(range(480), seed=1)

Elements, properties and results are plain data and NumPy arrays. With a seed, task i has the random numbers that it has in
Swift's `parallelMap` with the first streams of `Seed(seed)`: the results are the same to the last bit, for any number of engines.
"""
import ipyparallel as ipp

__all__ = ["SwiftFunction", "swift_engines"]


def swift_engines(client):
    """Returns the ids of the Swift engines that a client sees, in order."""
    uuids = client._engines  # the names under which engines have joined, by their ids
    return [i for i in client.ids if str(uuids[i]).startswith("apus-")]


class SwiftFunction:
    """A remote function of a Swift program, by the name under which it was registered or as "Module.Type".

    Parameters
    ----------
    client : ipyparallel.Client
    name : str
    retries : int
        How often the controller gives tasks that have failed to another engine.
    engines : list of int, optional
        The engines that may run it; by default all Swift engines.
    **properties
        The function's stored properties.
    """

    def __init__(self, client, name, /, *, retries=0, engines=None, **properties):
        self.client, self.name, self.properties = client, name, properties
        self.retries, self.engines = retries, engines

    def __repr__(self):
        properties = ", ".join(f"{key}={value!r}" for key, value in self.properties.items())
        return f"<SwiftFunction {self.name}({properties})>"

    def __call__(self, element, seed=None, index=0):
        """Calls the function on one engine and returns its result; `index` is that of the task with this seed."""
        return self._submit(self._view(), element, _options(seed, index, False)).get()

    def map(self, elements, seed=None, chunk=None):
        """Calls the function for each element, and returns the results in their order.

        Parameters
        ----------
        elements : iterable or numpy.ndarray
            The rows of an array are its elements.
        seed : int, optional
            Gives each task random numbers of its own.
        chunk : int, optional
            The number of tasks in a message; by default four messages for each engine.
        """
        parts, results = self.map_async(elements, seed, chunk), []
        try:
            for part in parts:
                results.extend(part.get())
        except BaseException:
            for part in parts:
                if not part.done():
                    part.abort()
            raise
        return results

    def map_async(self, elements, seed=None, chunk=None):
        """The same without waiting: returns an AsyncResult for each chunk, whose value is the list of its results."""
        if not hasattr(elements, "dtype"):
            elements = list(elements)
        view = self._view()
        if chunk is not None and chunk < 1:
            raise ValueError(f"chunk must be at least 1, not {chunk}")
        if chunk is None:
            chunk = max(1, -(-len(elements) // (4 * len(view.targets))))
        return [
            self._submit(view, elements[first : first + chunk], _options(seed, first, True))
            for first in range(0, len(elements), chunk)
        ]

    def _view(self):
        engines = swift_engines(self.client) if self.engines is None else self.engines
        if not engines:
            raise ipp.error.NoEnginesRegistered("no Swift engine has joined; start one with: apus engine, or PROGRAM --apus-engine")
        view = self.client.load_balanced_view(engines)
        view.retries = self.retries
        return view

    def _submit(self, view, element, options):
        return view.apply_async(ipp.Reference(self.name), element, _apus=options, **self.properties)


def _options(seed, first, is_map):
    options = {"map": is_map}
    if seed is not None:
        options["seed"] = int(seed)
    if seed is not None or is_map:
        options["first"] = first
    return options
