"""The workflows of GitHub, as far as they can be checked without it."""

import re
import tomllib

import pytest
import srsly
from helpers import ROOT
from packaging.version import Version

FOLDER = ROOT / ".github/workflows"
WORKFLOWS = {path.stem: srsly.read_yaml(path) for path in sorted(FOLDER.glob("*.yml"))}
JOBS = {
    f"{name}: {job}": content
    for name, workflow in WORKFLOWS.items()
    for job, content in workflow["jobs"].items()
}


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
BOUND = re.compile(r"([\w-]+)>=([\d.]+)")
PINNED = re.compile(r"([\w-]+)==(\d[\d.]*?)(?:\.\*)?(?=\s|$)")


def steps_of(job):
    return JOBS[job]["steps"]


def test_a_push_and_a_pull_request_run_one_job_and_a_release_needs_all():
    assert set(WORKFLOWS["test"]["on"]) == {"push", "pull_request"}
    assert len(WORKFLOWS["test"]["jobs"]) == 1
    assert set(WORKFLOWS["all"]["on"]) == {"schedule", "workflow_dispatch", "workflow_call"}
    assert JOBS["release: test"]["uses"] == "./.github/workflows/all.yml"
    assert JOBS["release: build"]["needs"] == "test"
    published = ("attach", "publish-project", "publish-pipeline")
    assert {JOBS[f"release: {job}"]["needs"] for job in published} == {"build", "publish-project"}


@pytest.mark.parametrize("job", [job for job, content in JOBS.items() if "steps" in content])
def test_a_job_has_a_limit_and_actions_have_a_version(job):
    assert JOBS[job]["timeout-minutes"] <= 90
    for step in steps_of(job):
        assert re.search(r"@(v\d+|release/v1)$", step.get("uses", "@v1"))


@pytest.mark.parametrize("name", WORKFLOWS)
def test_nothing_may_write_unless_a_job_says_so(name):
    assert WORKFLOWS[name]["permissions"] == {"contents": "read"}


def test_both_distributions_are_published_by_jobs_that_the_index_can_trust():
    uploads = {
        step["with"]["name"]: step["with"]["path"]
        for step in steps_of("release: build")
        if "upload-artifact" in step.get("uses", "")
    }
    assert set(uploads) == {"spacy-lstm-tagger", "en_lstm_web"}
    environments = set()
    for job in ("release: publish-project", "release: publish-pipeline"):
        download, publish = steps_of(job)
        assert uploads.pop(download["with"]["name"])
        assert "gh-action-pypi-publish" in publish["uses"]
        assert JOBS[job]["permissions"] == {"id-token": "write"}
        environments.add(JOBS[job]["environment"])
    assert not uploads
    # The owner types these names on the index.
    guide = (ROOT / "RELEASING.md").read_text(encoding="utf8")
    assert len(environments) == 2
    assert all(f"`{environment}`" in guide for environment in environments)


def test_the_oldest_versions_of_ci_are_the_bounds_of_the_project():
    extras = PROJECT["optional-dependencies"]
    bounds = dict(BOUND.match(line).groups() for line in PROJECT["dependencies"] + extras["train"])
    (oldest,) = JOBS["all: fast"]["strategy"]["matrix"]["include"]
    pinned = dict(PINNED.findall(oldest["install"]))
    for name in ("oldest.txt", "oldest-numpy.txt"):
        pinned |= PINNED.findall((ROOT / ".ci" / name).read_text(encoding="utf8"))
    assert {name: Version(version) for name, version in pinned.items()} == {
        name: Version(version) for name, version in bounds.items()
    }


def test_each_version_of_python_that_is_claimed_has_a_job():
    claimed = {text.rpartition(" ")[2] for text in PROJECT["classifiers"] if ":: 3." in text}
    tested = {
        version
        for job in JOBS.values()
        for version in job.get("strategy", {}).get("matrix", {}).get("python-version", [])
    }
    assert claimed
    assert claimed <= tested
