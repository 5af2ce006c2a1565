"""Follows docs/adding-a-backend.md as a reader would: follow_backend_page.py SOURCES BUILD FOLDER

Fenced blocks, in order: ```cpp FILE and ```cmake FILE, where FILE has no folder, are written to FILE; those whose
FILE is one of heed's are quotes, which another test compares. ```sh is run in the reader's folder, ```sh heed in
heed's; HEED names heed's folder. Each line of ```text stands in what the commands before it printed, in order.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

sources, build, folder = (pathlib.Path(argument) for argument in sys.argv[1:])
page = (sources / "docs/adding-a-backend.md").read_text()
blocks = re.findall(r"^```([^\n]*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
if len(blocks) < 10:
    sys.exit("docs/adding-a-backend.md: its blocks cannot be read")

# heed's folder as the reader has it, and the reader's home.
shutil.rmtree(folder, ignore_errors=True)
heed, home, mine = folder / "heed", folder / "home", folder / "home/mine"
mine.mkdir(parents=True)
(heed / "build").mkdir(parents=True)
(heed / "build/release").symlink_to(build)
(heed / "examples").symlink_to(sources / "examples")
environment = dict(os.environ, HOME=str(home), HEED=str(heed))


def run(commands, where):
    script = "set -euo pipefail\n" + commands
    done = subprocess.run(["bash", "-c", script], cwd=where, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{commands}\nfails:\n{done.stdout[-4000:]}")
    return done.stdout


printed = ""
for kind, text in blocks:
    words = kind.split()
    if words[0] in ("cpp", "cmake"):
        if "/" not in words[1]:
            (mine / words[1]).write_text(text)
    elif words == ["sh", "heed"]:
        run(text, heed)
    elif words == ["sh"]:
        printed = run(text, mine)
    elif words == ["text"]:
        at = 0
        for line in text.splitlines():
            at = printed.find(line.strip(), at)
            if at < 0:
                sys.exit(f"the page shows this line, which was not printed (or not in this order):\n{line}\n"
                         f"printed was:\n{printed[-4000:]}")
    else:
        sys.exit(f'docs/adding-a-backend.md: a block begins with "{kind}", which the test does not know')
