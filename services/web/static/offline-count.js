// A stocktake to count in, as the phone carries it.
import { desk } from "./carried.js";
import { fill } from "./fill.js";
import { show } from "./waiting.js";

const number = decodeURIComponent(location.pathname.split("/")[2]);
const stocktake = (await desk())?.stocktakes.find((s) => s.number === number);
if (stocktake) fill(document.querySelector("#here"), { ...stocktake, counted: 0 });
show(stocktake);
document.querySelector("input[name=code]").focus();
