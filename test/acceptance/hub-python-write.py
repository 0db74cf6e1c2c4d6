"""Writes with a real huggingface_hub to HF_ENDPOINT, step by step, and prints what each step answered as JSON."""

import hashlib
import json
import os
import shutil
import sys
import tempfile

import huggingface_hub
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, ModelCard, hf_hub_download, snapshot_download

api = HfApi()


def raised(call):
    """The name of the error that a call raises, and those of what it is a kind of."""
    try:
        call()
    except Exception as error:
        return [kind.__name__ for kind in type(error).__mro__] + [str(error)]
    return []


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def large_file(path, size, salt):
    block = hashlib.sha256(salt.encode()).digest() * 32768
    with open(path, "wb") as file:
        for at in range(size // len(block)):
            file.write(at.to_bytes(8, "big") + block[8:])
    return sha256(path)


def write(repo, size):
    said = {"version": huggingface_hub.__version__}
    url = api.create_repo(repo, private=True)
    said["url"] = str(url)
    said["again"] = str(api.create_repo(repo, private=True, exist_ok=True))
    said["twice"] = raised(lambda: api.create_repo(repo))[:1]

    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "README.md"), "w") as card:
            card.write("---\nlicense: mit\npipeline_tag: fill-mask\ntags: [pushed]\n---\n# Pushed\n")
        with open(os.path.join(folder, "config.json"), "w") as config:
            config.write('{"model_type": "bert"}')
        os.mkdir(os.path.join(folder, "weights"))
        hashed = large_file(os.path.join(folder, "weights", "model.safetensors"), int(size), repo)
        said["sha256"] = hashed
        first = api.upload_folder(repo_id=repo, folder_path=folder, commit_message="All of it")
        said["first"] = first.oid
        said["uploadedAgain"] = api.upload_folder(repo_id=repo, folder_path=folder, commit_message="Nothing new").oid

    loaded = hf_hub_download(repo, "weights/model.safetensors")
    said["loaded"] = sha256(loaded)
    said["snapshot"] = sorted(os.listdir(snapshot_download(repo)))

    uploaded = api.upload_file(path_or_fileobj=b"hello\n", path_in_repo="notes/hello.txt", repo_id=repo)
    said["uploaded"] = uploaded.oid
    stale = raised(
        lambda: api.create_commit(
            repo,
            [CommitOperationAdd("stale.txt", b"stale")],
            commit_message="Stale",
            parent_commit=first.oid,
        )
    )
    said["stale"] = [stale[0], "412" in stale[-1]]
    api.create_commit(
        repo,
        [CommitOperationDelete("notes/hello.txt"), CommitOperationAdd("vocab.txt", b"a\nb\n")],
        commit_message="Swap",
        parent_commit=uploaded.oid,
    )
    said["afterSwap"] = sorted(api.list_repo_files(repo))
    api.delete_file("vocab.txt", repo_id=repo)
    api.delete_folder("weights", repo_id=repo)
    said["afterDelete"] = sorted(api.list_repo_files(repo))

    api.create_branch(repo, branch="dev", revision=first.oid)
    said["branchTwice"] = raised(lambda: api.create_branch(repo, branch="dev"))[:1]
    api.upload_file(path_or_fileobj=b"on dev", path_in_repo="dev.txt", repo_id=repo, revision="dev")
    said["devFiles"] = sorted(api.list_repo_files(repo, revision="dev"))
    said["mainFiles"] = sorted(api.list_repo_files(repo))
    api.create_tag(repo, tag="v1", revision=first.oid, tag_message="the first")
    said["tagTwice"] = raised(lambda: api.create_tag(repo, tag="v1"))[:1]
    refs = api.list_repo_refs(repo)
    said["branches"] = sorted(one.name for one in refs.branches)
    said["tags"] = {one.name: one.target_commit for one in refs.tags}
    api.delete_branch(repo, branch="dev")
    api.delete_tag(repo, tag="v1")
    refs = api.list_repo_refs(repo)
    said["refsAfter"] = [[one.name for one in refs.branches], [one.name for one in refs.tags]]
    said["commits"] = [one.title for one in api.list_repo_commits(repo)]

    moved = repo + "-moved"
    api.move_repo(repo, moved)
    said["moved"] = [api.model_info(moved).id, api.model_info(repo).id]
    said["pullRequest"] = raised(
        lambda: api.create_commit(moved, [CommitOperationAdd("x.txt", b"x")], commit_message="x", create_pr=True)
    )[:1]
    said["whoami"] = api.whoami()["name"]
    said["overview"] = api.get_user_overview(said["whoami"]).username
    # Newer than some of the tested versions.
    if hasattr(api, "list_user_repos"):
        said["stored"] = [[one.id, one.type] for one in api.list_user_repos()]
    said["listed"] = [one.id for one in api.list_models(author=repo.split("/")[0], search=repo.split("/")[1])]

    dataset = repo + "-data"
    api.create_repo(dataset, repo_type="dataset", private=True)
    api.upload_file(path_or_fileobj=b"a,b\n1,2\n", path_in_repo="rows.csv", repo_id=dataset, repo_type="dataset")
    with open(hf_hub_download(dataset, "rows.csv", repo_type="dataset")) as rows:
        said["rows"] = rows.read()
    api.delete_repo(dataset, repo_type="dataset")
    api.delete_repo(moved)
    said["deleted"] = raised(lambda: api.model_info(moved))[:1]
    said["deletedAgain"] = raised(lambda: api.delete_repo(moved, missing_ok=False))[:1]
    return said


def again(repo, size):
    """What is there more than once: copies of a large file, a card sent by itself, the name of a deleted repo."""
    said = {}
    api.create_repo(repo, private=True)
    with tempfile.TemporaryDirectory() as folder:
        large_file(os.path.join(folder, "0.safetensors"), int(size), repo)
        for at in range(1, 8):
            shutil.copy(os.path.join(folder, "0.safetensors"), os.path.join(folder, f"{at}.safetensors"))
        said["copies"] = raised(lambda: api.upload_folder(repo_id=repo, folder_path=folder))
    # Older clients have a card judged by huggingface.co, whatever their endpoint is.
    if not huggingface_hub.__version__.startswith(("0.", "1.")):
        said["card"] = raised(lambda: ModelCard("---\nlicense: apache-2.0\n---\n# By itself\n").push_to_hub(repo))
    said["files"] = sorted(api.list_repo_files(repo))
    api.delete_repo(repo)
    said["made"] = raised(lambda: api.create_repo(repo, exist_ok=True))
    return said


def fresh(repo, _):
    """Reads a repo into which nothing was pushed yet."""
    return {
        "snapshot": os.path.basename(snapshot_download(repo)),
        "files": [*api.list_repo_tree(repo)],
        "folder": raised(lambda: [*api.list_repo_tree(repo, "missing")]),
        "file": raised(lambda: hf_hub_download(repo, "config.json")),
        "commits": [one.title for one in api.list_repo_commits(repo)],
    }


def foreign(repo, other):
    """What a token may not: a private repo of somebody else's is not there at all."""
    wrong = "hf_" + "x" * 43
    return {
        "info": raised(lambda: api.model_info(repo))[:1],
        "file": raised(lambda: hf_hub_download(repo, "README.md"))[:1],
        "upload": raised(lambda: api.upload_file(path_or_fileobj=b"x", path_in_repo="x", repo_id=repo))[:1],
        "create": raised(lambda: api.create_repo(other + "/mine"))[:1],
        "delete": raised(lambda: api.delete_repo(repo))[:1],
        "wrong": raised(lambda: api.create_repo(repo + "-x", token=wrong))[-1:],
        "listed": [one.id for one in api.list_models(author=other)],
    }


command, *parameters = sys.argv[1:]
print(json.dumps({"write": write, "again": again, "fresh": fresh, "foreign": foreign}[command](*parameters)))
