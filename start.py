#!/usr/bin/env python3
"""The Grad-CAM tutorial starts here.

  python3 start.py lab                    open the tutorial in JupyterLab
  python3 start.py test                   run every test, the notebooks included
  python3 start.py notebooks [NAME ...]   execute all notebooks anew, or those named, in place
  python3 start.py explain PICTURE ...    what a network sees in pictures, and where it looks; PICTURE is a file, or
                                          a folder of them
      --target NAME                       a class by name or number, again for each further class; default: the three
                                          likeliest
      --crop PART                         what the network sees: middle (square, default), whole, or x0,y0,x1,y1
      --size PIXELS                       at which size: larger gives finer maps; default: the network's own
      --model NAME                        auto (default), squeezenet, efficientnet_lite0, photonet, or a CNN of
                                          torchvision
      --checkpoint FILE --names FILE      weights of your own for --model, and class names: one a line, or a JSON list
      --layer NAME --device NAME          another layer; cpu (default), cuda, cuda:1, mps
      --out PATH --format FORMAT          a file or a folder that exists; png (default), npy, csv, json
      --overwrite                         replace files that are there already
  python3 start.py report FOLDER          the surest mistakes of a network, as a page, for labelled pictures: FOLDER
                                          holds a folder for each class
      --model, --checkpoint, --names, --layer, --size, --device and --out (a folder; default: gradcam_report) as above
  python3 start.py doctor PICTURE         what may be wrong with the maps of a network: its layer, mode, gradient, ...,
                                          checked with one picture, and what to do
      --target, --crop, --size, --model, --checkpoint, --names, --layer and --device as for explain
  python3 start.py site                   the course as pages for any web server, with one on which a network explains
                                          pictures within the browser
      --out FOLDER                        default: build/site
      --repository ADDRESS                https://github.com/NAME/REPOSITORY, for buttons of Binder and Colab
  python3 start.py app                    three demonstrations as a web app, for a browser on this machine: classes,
                                          captions and answers, each with its maps
      --visitors N --upload-mb MB         how many at a time (default: 2), and how large a picture (default: 20)
      --ip ADDRESS --port NUMBER          where it listens; default: 127.0.0.1, this machine alone, and 8866
      --pictures FOLDER                   pictures that every visitor may choose from

The first run makes an environment in the folder .venv beside this file; deleting that folder undoes it.
Further arguments go to JupyterLab or to pytest, for instance:  python3 start.py lab --port=9000
"""

import sys

if sys.version_info < (3, 10):  # before anything else that an old Python may not know
    sys.exit(
        "The tutorial needs Python 3.10 or newer, and this is {}.{} ({}).\n"
        "Install a newer one beside it, and name it:  python3.12 start.py lab".format(
            sys.version_info[0], sys.version_info[1], sys.executable
        )
    )

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = str(VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
STAMP = VENV / "set-up.json"  # inside, so that it goes when the environment goes
EXTRAS = ("site", "app", "test")  # verbs that need a group of packages from pyproject.toml
FIRST = "notebooks/00_start_here.ipynb"
GIGABYTES = 7 if sys.platform.startswith("linux") else 3  # on Linux, torch brings the CUDA libraries along

# What the installers say when they fail, and so the cause in a word; the first that fits.
CAUSES = (
    ("disk", r"no space left|not enough space|disk quota|os error 28\b|errno 28\b"),
    ("venv", r"ensurepip|no module named '?venv"),
    ("rights", r"permission denied|read-only file system|access is denied|os error 13\b|errno 13\b"),
    ("network", r"network|dns error|name resolution|connect|timed out|unreachable|proxy|certificate|sending request"),
    ("release", r"no solution found|no matching distribution|is not a supported wheel"),
)
WAYS_OUT = {
    "disk": """The disk is too full. The environment takes about {} GB, and plain pip as much again in the temporary
folder while it works. Free some space, or move this folder to a larger disk (and TMPDIR with it).""".format(GIGABYTES),
    "venv": """This Python cannot make environments. On Debian and Ubuntu:  sudo apt install python3-venv
(or python3-full); elsewhere, install Python with its whole standard library.""",
    "rights": """This folder cannot be written to, or a program still uses the environment.
Close JupyterLab where it runs, or copy the folder to a place that is yours.""",
    "network": """The packages' server cannot be reached. Check the connection, a proxy (HTTPS_PROXY) and a firewall.
What has been downloaded is kept, so that the next run is shorter.""",
    "release": """A package has no release for Python {}.{} on this machine. Another 64-bit Python, from 3.10 on,
may have it:  python3.12 start.py lab""".format(*sys.version_info[:2]),
    "": "The lines above say what failed. Where they are no help, delete the folder .venv to start from nothing.",
}


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def cause(said):
    """Why an installer failed, from its own words: a key of WAYS_OUT, "" when they tell nothing."""
    return next((name for name, words in CAUSES if re.search(words, said, re.IGNORECASE)), "")


def give_up(why, said=""):
    sys.exit("\nSet-up failed: {}.\n{}\nThen run the same command again.".format(why, WAYS_OUT[cause(said)]))


def environment():
    """What a child inherits: as after activating the environment."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    for name in ("GRADCAM_WEIGHTS", "GRADCAM_DATA"):  # meant from where the reader stands; a kernel stands elsewhere
        if inherited.get(name):
            inherited[name] = os.path.abspath(os.path.expanduser(inherited[name]))
    path = os.pathsep.join([os.path.dirname(PYTHON), inherited.get("PATH", os.defpath)])
    return dict(inherited, PATH=path, VIRTUAL_ENV=str(VENV))


def follow(command):
    """Run a command and show what it says, indented; returns its exit status and its words."""
    said = []
    with subprocess.Popen(
        command, cwd=str(ROOT), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as child:
        for line in child.stdout:
            said.append(line.decode(errors="replace").rstrip())
            if not re.match(r" [-+~] ", said[-1]):  # uv's list of every package would push the rest off the screen
                say("  " + said[-1])
    return child.returncode, "\n".join(said)


def venv_python():
    """The version of the environment's own Python; "" where it, or pip, is missing or does not start."""
    try:
        ask = [PYTHON, "-c", "import pip, sys; print(sys.version)"]
        return subprocess.check_output(ask, stderr=subprocess.DEVNULL, text=True).strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def read_stamp():
    try:
        return json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def make_stamp(extra, python):
    """What the environment should be: made from these files, by this Python, in this folder."""
    files = b"".join((ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt"))
    return {"files": hashlib.sha256(files).hexdigest(), "python": python, "folder": str(ROOT), "extra": extra}


def next_step(found, wanted):
    """ "make" the environment anew, "install" into it, or "" when it is as it should be.

    found is the stamp that lies there ({} where none does), wanted the one that should.
    """
    if not wanted["python"] or found.get("unfinished"):  # half a package looks like a whole one to an installer
        return "make"
    if not found:
        return "install"
    if (found["python"], found["folder"]) != (wanted["python"], wanted["folder"]):  # scripts hold the folder's name
        return "make"
    return "" if (found["files"], found["extra"]) == (wanted["files"], wanted["extra"]) else "install"


def make_environment():
    if VENV.resolve() in pathlib.Path(sys.executable).absolute().parents:
        sys.exit(
            "This Python lies in the environment that must be made anew. Start with another:  python3 start.py lab"
        )
    say("Making an environment in .venv ...")
    status, said = follow([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if status:
        give_up("no environment could be made", said)


def check_space():
    free = shutil.disk_usage(str(VENV)).free / 1e9
    if free < GIGABYTES:
        give_up("{:.1f} GB are free, about {} GB are needed".format(free, GIGABYTES), "no space left")


def install(extra):
    """uv is ten times as fast; plain pip knows more proxies and certificates, and machines for which there is no uv."""
    say("Installing the packages: minutes on a slow line, the largest is torch ...")
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install"]
    what = ["--constraint", "constraints.txt", "--editable", ".[{}]".format(extra) if extra else "."]
    status, said = follow(pip + ["--quiet", "uv"])
    if status and cause(said) == "network":  # pip would fail again
        give_up("the packages could not be fetched", said)
    if not status:
        uv = [PYTHON, "-m", "uv", "pip", "install", "--python", PYTHON]
        # As pip does by itself. Where Python may not keep it, every process would compile torch anew, for two seconds.
        status, said = follow(uv + ["--compile-bytecode"] + what)
    if status and cause(said) != "disk":
        say("That did not work; now with plain pip, which is slower ...")
        status, said = follow(pip + what)
    if status:
        give_up("the packages could not be installed", said)


def groups(before, extra):
    """The groups that were installed and the one that is wanted, as pip takes them; "test" brings all others."""
    names = set(before.split(",") + [extra]) - {""}
    return "test" if "test" in names else ",".join(sorted(names))


def set_up(extra=""):
    """Make .venv what this verb needs; quick where it is so already. What was installed once stays."""
    found = read_stamp()
    extra = groups(found.get("extra", ""), extra)
    step = next_step(found, make_stamp(extra, venv_python()))
    if not step:
        return
    try:
        if step == "make":
            make_environment()
        STAMP.write_text(json.dumps({"unfinished": True, "extra": extra}), encoding="utf-8")
        if step == "make":
            check_space()
        install(extra)
        STAMP.write_text(json.dumps(make_stamp(extra, venv_python())), encoding="utf-8")
    except OSError as error:
        give_up(str(error), str(error))
    except KeyboardInterrupt:
        sys.exit("\nStopped. The next run makes the environment anew.")
    say("The environment is ready.")


# The largest message that a page may send, in bytes. A server's own limit is 10 MB: a larger photograph is lost on its
# way to a widget. The kernels are told the limit too, in MB, because a widget cannot find it out.
LARGEST = 200 * 1024 * 1024
UPLOADS = "--ServerApp.tornado_settings={{'websocket_max_message_size':{}}}".format(LARGEST)


def told(command):
    """What our own commands cannot find out by themselves: how they were called, and which uploads arrive."""
    known = {"GRADCAM_COMMAND": "python3 start.py"}
    if UPLOADS in command:
        known["GRADCAM_UPLOAD_MB"] = "200"
    return known


def lab_arguments(given, is_root, has_screen):
    """JupyterLab's arguments: ours, unless the reader gives the same one, then the reader's."""
    ours = ["--ip=127.0.0.1"]  # no other machine may reach it
    ours += ["--ServerApp.root_dir={}".format(ROOT), "--log-level=WARN"]  # so that the address is not lost in the log
    notebook = next((argument for argument in given if argument.endswith(".ipynb")), FIRST)
    ours += ["--LabApp.default_url=/lab/tree/" + notebook.replace(os.sep, "/")]  # and leads to the notebook
    ours += [UPLOADS]
    ours += ["--allow-root"] if is_root else []
    ours += ["--no-browser"] if is_root or not has_screen else []  # browsers refuse root; a text browser is no help
    names = [argument.split("=")[0] for argument in given]
    ours = [argument for argument in ours if argument.split("=")[0] not in names]
    return ours + [argument for argument in given if argument != notebook]


def lab(given):
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    has_screen = os.name == "nt" or sys.platform == "darwin" or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
    arguments = lab_arguments(given, is_root, has_screen)
    if "--no-browser" in arguments:
        say("Open the last address below in a browser on this machine.")
    say("Ctrl-C, twice, ends JupyterLab.")
    return ["-m", "jupyterlab"] + arguments


def report(given):
    """The folder is named first; the results go beside the reader, unless told otherwise."""
    if not given or given[0].startswith("-"):
        return ["-m", "gradcam_lib.evaluate", "failures", "-h"]
    out = [] if any(argument.split("=")[0] == "--out" for argument in given) else ["--out", "gradcam_report"]
    return ["-m", "gradcam_lib.evaluate", "failures", "--data"] + given + out


VERBS = {
    "lab": lab,
    "test": lambda given: ["-m", "pytest", "-n", "auto"] + given,  # a process for every core
    "notebooks": lambda given: ["-m", "gradcam_lib.notebooks"] + given,
    "explain": lambda given: ["-m", "gradcam_lib", "explain"] + given,
    "doctor": lambda given: ["-m", "gradcam_lib", "doctor"] + given,
    "report": report,
    "site": lambda given: ["-m", "gradcam_lib.commands.site"] + given,
    "app": lambda given: ["-m", "gradcam_lib.commands.app"] + given,
}


def main(arguments):
    sys.stdout.reconfigure(errors="replace")  # an installer's progress may hold signs that a console cannot show
    verb = arguments[0] if arguments else "--help"
    if verb not in VERBS:
        sys.stdout.write(__doc__)
        return 0 if verb in ("-h", "--help") and arguments else 2
    set_up(verb if verb in EXTRAS else "")
    # A picture's path is meant from where the reader stands; everything else from here.
    folder = os.getcwd() if verb in ("explain", "doctor", "report", "site", "app") else str(ROOT)
    command = [PYTHON] + VERBS[verb](arguments[1:])
    child = subprocess.Popen(command, cwd=folder, env=dict(environment(), **told(command)))
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:  # it reached the child too, which ends in its own way
            pass


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
