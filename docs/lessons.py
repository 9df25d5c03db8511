"""The lessons as pages of the site: a hook of MkDocs. Figures are those that the last run of each lesson saved."""

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from tinynet.course import cells, manifest


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Name each lesson in the navigation."""
    pages = [{f"{each.number}. {each.title}": f"lessons/{each.folder}/index.md"} for each in manifest.read()]
    config.nav.append({"Lessons": pages})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page and the figures of each lesson."""
    for each in manifest.read():
        text = cells.page(each.path / "lesson.py")
        files.append(File.generated(config, f"lessons/{each.folder}/index.md", content=text))
        for figure in sorted(each.path.glob("figures/*")):
            name = f"lessons/{each.folder}/figures/{figure.name}"
            files.append(File.generated(config, name, abs_src_path=str(figure)))
    return files
