# Part of Apus, Apache-2.0. See LICENSE.
"""Tests joblib's backend of ipyparallel, and scikit-learn with it, on the cluster that Scripts/check-joblib started.

Functions that run on engines are nested, so that they are sent by value: the engines cannot import this file.
"""
import functools

import ipyparallel
import numpy
import pytest
from ipyparallel.cluster.launcher import ControllerLauncher
from joblib import Parallel, delayed, parallel_config
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

DATA, CLASSES = make_classification(n_samples=600, n_features=30, n_informative=6, random_state=5)


@pytest.fixture(scope="module")
def client():
    with ipyparallel.Client() as client:
        assert client.ids == [0, 1]
        client[:].use_cloudpickle()
        client.load_balanced_view().register_joblib_backend("view")
        yield client


@pytest.fixture
def on_engines(client):
    """Calls a function with the backend, and checks that the engines ran at least that many tasks for it."""

    def completed():
        return sum(client.queue_status(engine)["completed"] for engine in client.ids)

    def call(function, least=1):
        before = completed()
        with parallel_config("view"):
            result = function()
        assert completed() - before >= least
        return result

    return call


def both(on_engines, function):
    """What a function returns with the backend and with the sequential one."""
    parallel = on_engines(function, least=2)
    with parallel_config("sequential"):
        return parallel, function()


def test_results_are_in_order(on_engines):
    def power(base, exponent=1):
        return base**exponent

    jobs = [delayed(power)(base, exponent=3) for base in range(200)]
    assert on_engines(lambda: Parallel()(jobs), least=2) == [base**3 for base in range(200)]


def test_each_job_runs_once_on_an_engine(on_engines, client):
    def where():
        import os

        return os.getpid()

    engines = set(client[:].apply_sync(where))
    ran = on_engines(lambda: Parallel(batch_size=1)(delayed(where)() for _ in range(20)), least=20)
    assert len(engines) == 2 and len(ran) == 20 and set(ran) <= engines


def test_large_arrays_travel_both_ways(on_engines):
    arrays = [numpy.random.default_rng(seed).standard_normal(250_000) for seed in range(4)]

    def doubled(array):
        return array * 2

    results = on_engines(lambda: Parallel(batch_size=1)(delayed(doubled)(array) for array in arrays), least=4)
    assert all(numpy.array_equal(result, array * 2) for result, array in zip(results, arrays, strict=True))


def test_an_exception_keeps_its_type(on_engines):
    def reciprocal(number):
        if number == 3:
            raise ZeroDivisionError("three is not allowed")
        return 1 / (number + 1)

    with pytest.raises(ipyparallel.RemoteError) as caught:
        on_engines(lambda: Parallel()(delayed(reciprocal)(number) for number in range(10)))
    assert (caught.value.ename, caught.value.evalue) == ("ZeroDivisionError", "three is not allowed")
    assert "reciprocal" in caught.value.traceback
    jobs = [delayed(reciprocal)(number) for number in range(3)]
    assert on_engines(lambda: Parallel()(jobs)) == [1, 1 / 2, 1 / 3]


def test_the_default_backend_finds_the_cluster(client, monkeypatch):
    patient = functools.partialmethod(ControllerLauncher.get_connection_info, timeout=5)
    monkeypatch.setattr(ControllerLauncher, "get_connection_info", patient)
    ipyparallel.register_joblib_backend()
    with parallel_config("ipyparallel"):
        assert Parallel()(delayed(abs)(-number) for number in range(10)) == list(range(10))


def test_cross_validation(on_engines):
    model = make_pipeline(StandardScaler(), LogisticRegression())
    parallel, sequential = both(
        on_engines, lambda: cross_val_score(model, DATA, CLASSES, cv=8, scoring="neg_log_loss"))
    assert len(sequential) == 8 and len(set(sequential)) == 8
    assert numpy.array_equal(parallel, sequential)


def test_grid_search(on_engines):
    grid = {"C": [0.01, 0.1, 1.0], "tol": [1e-4, 1e-3]}
    parallel, sequential = both(
        on_engines, lambda: GridSearchCV(LogisticRegression(), grid, cv=4, scoring="neg_log_loss").fit(DATA, CLASSES))
    assert parallel.cv_results_["params"] == sequential.cv_results_["params"]
    assert parallel.best_params_ == sequential.best_params_
    for split in range(4):
        name = f"split{split}_test_score"
        assert numpy.array_equal(parallel.cv_results_[name], sequential.cv_results_[name])
    assert numpy.array_equal(parallel.best_estimator_.coef_, sequential.best_estimator_.coef_)


def test_random_forest(on_engines):
    parallel, sequential = both(
        on_engines, lambda: RandomForestClassifier(n_estimators=24, oob_score=True, random_state=9).fit(DATA, CLASSES))
    assert [tree.random_state for tree in parallel] == [tree.random_state for tree in sequential]
    assert parallel.oob_score_ == sequential.oob_score_
    assert numpy.array_equal(parallel.feature_importances_, sequential.feature_importances_)
    assert numpy.array_equal(parallel.predict_proba(DATA), sequential.predict_proba(DATA))
