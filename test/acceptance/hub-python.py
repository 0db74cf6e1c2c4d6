"""Makes the calls of a real huggingface_hub against HF_ENDPOINT and prints what they answered as JSON."""

import json
import sys

import huggingface_hub
from huggingface_hub import HfApi, HfFileSystem, hf_hub_download, snapshot_download

api = HfApi()


def raised(call):
    """The name of the error that a call raises, and those of what it is a kind of."""
    try:
        call()
    except Exception as error:
        return [kind.__name__ for kind in type(error).__mro__] + [str(error)]
    return []


def calls(repo, folder, large):
    info = api.model_info(repo, files_metadata=True, securityStatus=True)
    tree = list(api.list_repo_tree(repo, recursive=True, expand=True))
    paths = api.get_paths_info(repo, ["config.json", folder, "none"], expand=True)
    commits = api.list_repo_commits(repo, formatted=True)
    api.auth_check(repo)
    files = HfFileSystem()
    with files.open(f"{repo}/{large}", block_size=1000) as opened:
        opened.seek(1_000_000)
        part = opened.read(10)
    wrong = "hf_" + "x" * 43
    verify = getattr(api, "verify_repo_checksums", None)
    return {
        "version": huggingface_hub.__version__,
        "whoami": api.whoami()["name"],
        "sha": info.sha,
        "tags": info.tags,
        "siblings": {one.rfilename: [one.size, one.lfs.sha256 if one.lfs else one.blob_id] for one in info.siblings},
        "folders": [one.path for one in tree if not hasattr(one, "blob_id")],
        "files": [one.path for one in tree if hasattr(one, "blob_id")],
        "lastCommits": sorted({one.last_commit.oid for one in tree}),
        "inFolder": [one.path for one in api.list_repo_tree(repo, folder)],
        "paths": [one.path for one in paths],
        "exists": [api.file_exists(repo, "config.json"), api.file_exists(repo, "none")],
        "repoExists": [api.repo_exists(repo), api.repo_exists("acme/none")],
        "revisionExists": [api.revision_exists(repo, "main"), api.revision_exists(repo, "none")],
        "branches": [one.name for one in api.list_repo_refs(repo, include_pull_requests=True).branches],
        "commits": [one.commit_id for one in commits],
        "models": [one.id for one in api.list_models(author="acme", full=True)],
        "found": [one.id for one in api.list_models(search="embed", limit=1)],
        "part": part.hex(),
        "listed": files.ls(repo, detail=False),
        "verified": verify(repo).checked_count if verify else None,
        "missingRepo": raised(lambda: api.model_info("acme/none")),
        "missingRevision": raised(lambda: hf_hub_download(repo, "config.json", revision="none")),
        "missingFile": raised(lambda: hf_hub_download(repo, "none")),
        "wrongToken": raised(lambda: api.model_info(repo, token=wrong)),
        "wrongTokenFile": raised(lambda: hf_hub_download(repo, "unseen.json", token=wrong)),
        "anonymous": raised(lambda: api.model_info(repo, token=False)),
        "dataset": raised(lambda: api.dataset_info("acme/none")),
    }


command, *parameters = sys.argv[1:]
print(json.dumps(calls(*parameters) if command == "calls" else snapshot_download(*parameters)))
