/** Gives memory back at once that holds nothing else: V8 would mark its whole heap for every few megabytes that only wait to be collected. */
export function release({ buffer, byteLength }: ArrayBufferView): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
