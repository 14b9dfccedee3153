// Where pictures of a reader's own come from: a file, the clipboard, a drop, a camera. Each gives a Blob.

const NO_CAMERA = {
  NotAllowedError: "The browser was not allowed to use the camera. Its address bar has a sign to change that.",
  NotFoundError: "No camera was found.",
  NotReadableError: "Another program is using the camera.",
};

/** taken(blob, name, target): a picture → whether it is one; complain(sentence): there is none. */
export function listen(taken, complain) {
  const input = document.getElementById("file");
  document.getElementById("open").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    several([...input.files], taken, complain);
    input.value = ""; // so that the same file can be chosen again
  });
  document.addEventListener("paste", (event) => {
    if (event.target.closest?.("input[type=text]") && event.clipboardData.types.includes("text/plain")) return;
    const files = [...event.clipboardData.files];
    if (files.length) several(files, taken, complain);
    else complain("The clipboard holds no picture. Copy the picture itself, not its address.");
  });
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      document.body.classList.add("dropping");
    });
  }
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    const files = [...event.dataTransfer.files];
    if (files.length) several(files, taken, complain, event.target);
    else complain("That was no file. Drop a picture from a folder; one from another page may have to be saved first.");
  });
  document.getElementById("camera").addEventListener("click", () => camera(taken, complain));
}

/** Of several files the first; target: where they were dropped. */
async function several(files, taken, complain, target) {
  if (!files.length) return;
  const shown = await taken(files[0], files[0].name, target);
  if (shown && files.length > 1) complain(`${files.length} files came; the first is shown.`, "Note");
}

async function camera(taken, complain) {
  if (!navigator.mediaDevices?.getUserMedia) {
    return complain(
      "This browser gives a page its camera only over https or on this machine itself. Open a file instead.",
    );
  }
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch (error) {
    return complain(NO_CAMERA[error.name] ?? `The camera cannot be used (${error.name}).`);
  }
  const dialog = document.getElementById("viewfinder");
  if (dialog.open) return stop(stream); // the button was pressed twice
  const video = dialog.querySelector("video");
  dialog.onclose = () => {
    stop(stream);
    video.srcObject = null;
  };
  document.getElementById("put-away").onclick = () => dialog.close();
  document.getElementById("shoot").onclick = async () => {
    if (!video.videoWidth) return; // nothing has been seen yet
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    canvas.getContext("2d").drawImage(video, 0, 0);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    dialog.close();
    taken(blob, "The photograph");
  };
  video.srcObject = stream;
  dialog.showModal();
  await video.play().catch(() => {}); // the dialog was closed at once
}

function stop(stream) {
  stream.getTracks().forEach((track) => track.stop());
}
