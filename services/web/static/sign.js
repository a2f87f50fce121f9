// Makes a box to sign in: strokes of a finger, pen or mouse become an SVG in the
// hidden field beside it. Without this, or a pointer, the PIN signs.
for (const pad of document.querySelectorAll(".signpad")) {
  const canvas = pad.querySelector("canvas");
  const field = pad.querySelector("input[name=drawing]");
  const strokes = [];
  let stroke = null;

  const size = () => canvas.getBoundingClientRect();
  const place = (event) => {
    const box = size();
    return [Math.round((event.clientX - box.left) * 10) / 10, Math.round((event.clientY - box.top) * 10) / 10];
  };

  function draw() {
    const box = size();
    const scale = devicePixelRatio || 1;
    canvas.width = box.width * scale;
    canvas.height = box.height * scale;
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    pen.lineWidth = 2.2;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#14181d";
    for (const points of strokes) {
      pen.beginPath();
      pen.moveTo(...points[0]);
      for (const point of points.slice(1)) pen.lineTo(...point);
      pen.stroke();
    }
  }

  function write() {
    const box = size();
    const paths = strokes.filter((points) => points.length > 1)
      .map((points) => `<path d="M ${points[0].join(" ")} L ${points.slice(1).map((p) => p.join(" ")).join(" ")}"/>`).join("");
    field.value = paths && `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.round(box.width)}" height="${Math.round(box.height)}">${paths}</svg>`;
    pad.classList.toggle("signed", Boolean(paths));
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary) return;
    canvas.setPointerCapture(event.pointerId);
    stroke = [place(event)];
    strokes.push(stroke);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    const [x, y] = place(event);
    const [lastX, lastY] = stroke.at(-1);
    if (Math.hypot(x - lastX, y - lastY) < 1.5) return; // a signature needs no more
    stroke.push([x, y]);
    draw();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      if (!stroke) return;
      stroke = null;
      draw();
      write();
    });
  }
  pad.querySelector(".clear").addEventListener("click", () => {
    strokes.length = 0;
    draw();
    write();
  });
  addEventListener("resize", draw);
  pad.hidden = false;
  draw();
}
