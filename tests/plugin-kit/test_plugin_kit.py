#!/usr/bin/env python3
# test_plugin_kit.py: a plugin of a third party is built against the installed tree, and loaded
# SPDX-License-Identifier: LGPL-2.1-or-later
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["OSTIARY_SOURCE"])
BUILD = pathlib.Path(os.environ["OSTIARY_BUILD"])
PREFIX = os.environ["OSTIARY_PREFIX"].lstrip("/")
LIBDIR = os.environ["OSTIARY_LIBDIR"]
LOAD = os.environ["LOAD_PLUGINS"]
MAX_LINES = 80


def run(*command, **options):
    result = subprocess.run(command, capture_output=True, text=True, **options)
    if result.returncode != 0:
        raise AssertionError(f"{command}: exit {result.returncode}\n{result.stdout}\n{result.stderr}")
    return result.stdout


class PluginKit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.umask(0o022)
        # Not in /tmp, which may be mounted so that nothing in it can be executed.
        cls.stage = pathlib.Path(tempfile.mkdtemp(prefix="stage-", dir=BUILD / "tests/plugin-kit"))
        cls.addClassCleanup(shutil.rmtree, cls.stage)
        cls.stage.chmod(0o755)
        run("meson", "install", "--no-rebuild", "--quiet", "-C", str(BUILD), "--destdir", str(cls.stage))
        cls.root = cls.stage / PREFIX
        cls.libdir = cls.root / LIBDIR
        cls.plugins = cls.libdir / "ostiary-1/plugins"
        # The tree was installed for another root, as packages are; now it is the root itself.
        module = cls.libdir / "pkgconfig/ostiary-1.pc"
        module.write_text(re.sub(r"(?m)^prefix=.*$", f"prefix={cls.root}", module.read_text()))
        cls.environment = dict(
            os.environ,
            PKG_CONFIG_PATH=str(module.parent),
            LD_LIBRARY_PATH=f"{cls.libdir}:{cls.libdir / 'ostiary-1'}",
        )

        source = cls.stage / "example"
        shutil.copytree(SOURCE / "plugins/example", source)
        run("meson", "setup", "--werror", str(source / "build"), str(source), env=cls.environment)
        run("meson", "install", "-C", str(source / "build"), "--quiet", env=cls.environment)
        cls.example = cls.plugins / "libostiary-backend-example.so"

    def load(self, *files):
        return run(LOAD, *map(str, files), env=self.environment)

    def test_example_is_small(self):
        text = (SOURCE / "plugins/example/backend.c").read_text(encoding="utf-8")
        code = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        lines = [line for line in code.split("\n") if line.strip()]
        self.assertLessEqual(len(lines), MAX_LINES)

    def test_example_uses_the_sdk_alone(self):
        text = (SOURCE / "plugins/example/backend.c").read_text(encoding="utf-8")
        self.assertEqual(re.findall(r"#include\s+(\S+)", text), ["<ostiary/ostiary.h>"])

    def test_every_header_compiles_alone(self):
        flags = run("pkg-config", "--cflags", "ostiary-1", env=self.environment).split()
        for header in sorted((self.root / "include/ostiary-1/ostiary").glob("*.h")):
            for compiler in ("cc", "c++"):
                if shutil.which(compiler) is None:
                    continue
                language = "c" if compiler == "cc" else "c++"
                run(compiler, "-x", language, "-fsyntax-only", "-Wall", "-Werror", *flags, "-",
                    input=f"#include <ostiary/{header.name}>\n")

    def test_no_private_header_is_installed(self):
        names = {path.name for path in self.stage.rglob("*.h") if "example" not in path.parts}
        public = {path.name for path in (SOURCE / "include/ostiary").glob("*.h")}
        self.assertEqual(names, public)

    def test_example_is_loaded(self):
        self.assertIn("backend example OstBackendExample", self.load(self.example))

    def test_all_plugins_in_one_process_in_both_orders(self):
        files = sorted(self.plugins.glob("libostiary-*.so"))
        self.assertIn(self.example, files)
        forward = self.load(*files)
        backward = self.load(*reversed(files))
        self.assertEqual(sorted(forward.splitlines()), sorted(backward.splitlines()))
        self.assertEqual(len(forward.splitlines()), len(files))

    def ostiary(self, folder, *arguments):
        environment = dict(self.environment, OSTIARY_PLUGIN_PATH=str(self.plugins))
        output = run(str(self.root / "bin/ostiary"), "--config", str(folder / "ostiary.conf"), "--json",
                     *arguments, env=environment)
        return json.loads(output)

    def test_example_is_configured_and_listed(self):
        folder = self.stage / "run"
        folder.mkdir()
        (folder / "state").mkdir()
        (folder / "devices").write_text("guid-1;PHONE1;Fairphone 5\nguid-2;PHONE2;Pixel 9\n")
        (folder / "ostiary.conf").write_text(
            f"[service]\nstate-dir={folder}/state\n[api]\nsocket={folder}/api.sock\n"
            f"[connection try]\nenvironment=example\ndevices-file={folder}/devices\n")
        listed = {(plugin["kind"], plugin["name"]): plugin for plugin in self.ostiary(folder, "plugins")["plugins"]}
        self.assertEqual(listed["backend", "example"]["file"], str(self.example))
        report = self.ostiary(folder, "sync", "try", "--once")
        self.assertEqual((report["devices"], report["added"], report["complete"]), (2, 2, True))
        devices = self.ostiary(folder, "devices", "--connection", "try")["devices"]
        self.assertEqual({(device["device_id"], device["model"]) for device in devices},
                         {("PHONE1", "Fairphone 5"), ("PHONE2", "Pixel 9")})
        # A second, quick one finds what came.
        with (folder / "devices").open("a") as lines:
            lines.write("guid-3;PHONE3;iPhone 17\n")
        report = self.ostiary(folder, "sync", "try", "--quick", "--once")
        self.assertEqual((report["devices"], report["added"]), (3, 1))

    def test_every_plugin_exports_its_descriptor_alone(self):
        for file in sorted(self.plugins.glob("libostiary-*.so")):
            symbols = run("nm", "-D", "--defined-only", str(file)).split("\n")
            names = [line.split()[-1] for line in symbols if line]
            # Those that begin with two underscores belong to the compiler's sanitizers.
            self.assertEqual([name for name in names if not name.startswith("__")], ["ost_plugin_info"], file)

    def test_pkg_config_variables(self):
        for variable, pattern in (("abi", r"^1\.\d+$"), ("plugindir", r"/ostiary-1/plugins$")):
            value = run("pkg-config", f"--variable={variable}", "ostiary-1", env=self.environment)
            self.assertRegex(value.strip(), pattern)


if __name__ == "__main__":
    unittest.main(verbosity=2)
