"""A hook of MkDocs that makes a page of each lesson, with the figures that its last run saved."""

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from tinynet.course import manifest, notebook


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List the lessons in the navigation."""
    pages = [{f"{each.number}. {each.title}": f"lessons/{each.folder}/index.md"} for each in manifest.read()]
    config.nav.append({"Lessons": pages})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add each lesson's page and figures."""
    for each in manifest.read():
        text = notebook.page(each.path / "lesson.py")
        files.append(File.generated(config, f"lessons/{each.folder}/index.md", content=text))
        for figure in sorted(each.path.glob("figures/*")):
            name = f"lessons/{each.folder}/figures/{figure.name}"
            files.append(File.generated(config, name, abs_src_path=str(figure)))
    return files
