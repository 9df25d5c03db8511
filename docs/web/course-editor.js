// An editor for Python in the place of a listing: CodeMirror 6. This module is loaded when a visitor first edits.

import { indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { indentUnit } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { oneDark } from "@codemirror/theme-one-dark";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { minimalSetup } from "codemirror";

// Put an editor into an element, and return CodeMirror's view of it.
//
//   text       what it begins with
//   above      how many lines of the file stand above, so that line numbers are those of messages
//   label      for screen readers
//   onChange   told the whole text at each change
//   onRun      called at Ctrl-Enter, and Shift-Enter
export function edit(parent, { text, above = 0, label, onChange, onRun }) {
  const run = () => (onRun(), true);
  const dark = document.body.dataset.mdColorScheme === "slate";
  return new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        minimalSetup,
        lineNumbers({ formatNumber: (line) => String(line + above) }),
        python(),
        indentUnit.of("    "),
        Prec.highest(keymap.of([{ key: "Mod-Enter", run }, { key: "Shift-Enter", run }])),
        keymap.of([indentWithTab]), // Escape, then Tab, leaves the editor, as CodeMirror's guide asks
        EditorView.contentAttributes.of({ "aria-label": label }),
        EditorView.updateListener.of((update) => update.docChanged && onChange(update.state.doc.toString())),
        ...(dark ? [oneDark] : []),
      ],
    }),
  });
}
