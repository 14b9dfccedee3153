// What stands on the page until it is complete. By itself Voilà would count the cells of the notebook.

document.title = "Grad-CAM · Explorer";
(() => {
  const title = document.getElementById("loading_text"), line = document.createElement("p");
  const began = Date.now();
  const tell = () => {
    const seconds = Math.round((Date.now() - began) / 1000);
    line.textContent = `About ten seconds; longer where many visitors come at once. So far: ${seconds} s.`;
  };
  window.voila_process = () => {};
  title.setAttribute("role", "status");
  title.textContent = "The networks are being loaded";
  title.after(line);
  tell();
  const clock = setInterval(() => (document.getElementById("loading") ? tell() : clearInterval(clock)), 1000);
  addEventListener("load", () => {
    if (window.visited) return; // visit.js, which stands at the end of the page
    clearInterval(clock);
    title.textContent = "The page has not arrived as a whole";
    line.textContent = "The server has stopped, or the connection was lost. Load the page again.";
  });
})();
