"""A picture that is dropped on a widget, or pasted into it, takes the way of its upload button.

The button of ipywidgets asks the browser for a file and listens to what comes. For one click its question is answered
with the file that was dropped. Of several files the first one is taken, which a line beside the button says: together
they may be larger than a message to the kernel can be.
"""

from __future__ import annotations

# Within a function of ``page.SCRIPT``, where ``root`` is the widget's element.
DROPPED = """
  const take = files => {
    const button = [...root.querySelectorAll('.widget-upload')].find(each => each.offsetParent);
    if (!button || button.disabled) return;
    const one = new DataTransfer(), asked = HTMLInputElement.prototype.click;
    one.items.add(files[0]);
    HTMLInputElement.prototype.click = function () {
      this.files = one.files;
      this.dispatchEvent(new Event('change'));
    };
    try { button.click(); } finally { HTMLInputElement.prototype.click = asked; }
    root.querySelector('.dropped-many')?.remove();
    if (files.length > 1) {
      const line = document.createElement('div');
      line.className = 'dropped-many';
      line.setAttribute('role', 'status');
      line.textContent = `${files.length} files: one at a time, so the first of them is taken`;
      button.parentElement.append(line);
    }
  };
  root.addEventListener('dragover', event => {
    if (event.dataTransfer.types.includes('Files')) { event.preventDefault(); event.stopPropagation(); }
  });
  root.addEventListener('drop', event => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault(); event.stopPropagation();
    take(event.dataTransfer.files);
  });
  root.addEventListener('paste', event => {
    if (event.clipboardData.files.length) { event.preventDefault(); take(event.clipboardData.files); }
  });
"""
