export { EdgeVM } from "@edge-runtime/vm";
