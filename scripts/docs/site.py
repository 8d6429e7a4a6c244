"""MkDocs hook: what the site shows of files outside of docs/.

A line `<!-- FILE: HEADING -->` becomes that section of FILE, `<!-- FILE -->` all of it without its title. A link to
such a file is a name on the site, not a link.
"""
import posixpath
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
INCLUDED = re.compile(r"^<!-- ([\w./]+\.md)(?:: (.+))? -->$", re.MULTILINE)
LINK = re.compile(r"\[([^\]]*)\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")


def headings(text):
    """(level, title, line number) of each heading; comments inside code blocks are none."""
    fenced = False
    for number, line in enumerate(text.splitlines()):
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced and (match := re.match(r"(#+) (.*)", line)):
            yield len(match[1]), match[2], number


def section(text, title):
    lines = text.splitlines()
    start = level = None
    for depth, name, number in headings(text):
        if start is not None and depth <= level:
            return "\n".join(lines[start:number])
        if start is None and name == title:
            level, start = depth, number + 1
    if start is None:
        raise KeyError(f"no section {title}")
    return "\n".join(lines[start:])


def included(match):
    text = (ROOT / match[1]).read_text()
    return section(text, match[2]) if match[2] else text.split("\n", 1)[1]


def on_page_markdown(markdown, page, files, **_):
    folder = posixpath.dirname(page.file.src_path)
    pages = {file.src_path for file in files}

    def link(match):
        target = match[2].removeprefix("docs/") if match[2].startswith("docs/") else match[2]
        path = posixpath.normpath(posixpath.join(folder, target))
        if path == "../SECURITY.md" or path == "SECURITY.md":
            path = "security.md"
        if path not in pages:
            # What is nowhere stays a link, for --strict to find.
            return match[1] if (ROOT / "docs" / path).exists() else match[0]
        return f"[{match[1]}]({posixpath.relpath(path, folder or '.')}{match[3] or ''})"

    return LINK.sub(link, INCLUDED.sub(included, markdown))
