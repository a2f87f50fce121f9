// Reads the codes in what a camera sees: in the browser where it can (BarcodeDetector),
// elsewhere by a small grey picture that the server reads.
const wide = 800; // pixels of that picture
const quality = 0.6;

// decoder returns a function from a video to the texts of the codes in view; null where
// there is neither.
export async function decoder() {
  if ("BarcodeDetector" in window) {
    const formats = await BarcodeDetector.getSupportedFormats().catch(() => []);
    if (formats.includes("qr_code")) {
      const detector = new BarcodeDetector({ formats });
      return async (video) => (await detector.detect(video)).map((code) => code.rawValue);
    }
  }
  const token = document.querySelector("input[name=_token]")?.value;
  return token ? (video) => byServer(video, token) : null;
}

const canvas = document.createElement("canvas");

async function byServer(video, token) {
  canvas.width = Math.min(wide, video.videoWidth);
  canvas.height = Math.round(video.videoHeight * canvas.width / video.videoWidth);
  const pen = canvas.getContext("2d");
  pen.filter = "grayscale(1)";
  pen.drawImage(video, 0, 0, canvas.width, canvas.height);
  const picture = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
  const body = new FormData();
  body.append("_token", token);
  body.append("file", picture, "frame.jpg");
  const answer = await fetch("/scan/frame", { method: "POST", body, headers: { Accept: "application/problem+json" }, signal: AbortSignal.timeout(5000) });
  return answer.ok ? (await answer.json()).codes : [];
}
