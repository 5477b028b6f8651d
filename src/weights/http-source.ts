/** A file behind a URL as a source of bytes: only the ranges that are asked for are transferred. */
import { UserError } from "../errors.ts";
import { type ByteSource, endsEarly } from "./byte-source.ts";
import { type Answer, drop, failure, get, type Remote, readBody } from "./http.ts";

/**
 * Opens a URL by asking for its first 8 bytes, which tells its size. A server that does not know ranges would send the
 * whole file: it is refused before its body is read.
 *
 * @throws UserError where there is no such file, no access, no network, or no support for ranges
 */
export async function openUrl(url: string, remote: Remote): Promise<ByteSource> {
  const firstBytes = 8;
  let bytesRead = 0;
  // Signed addresses of the storage live for minutes: used again, and asked for anew when they expire.
  let redirected = url;

  const fetchRange = async (offset: number, length: number): Promise<{ bytes: Uint8Array; sizeBytes: number }> => {
    const range = [offset, offset + length - 1] as const;
    const answer = await get(redirected, remote, range).catch((error: unknown) => {
      if (redirected === url || !(error instanceof UserError)) throw error;
      return get(url, remote, range);
    });
    redirected = answer.url;
    const sizeBytes = totalBytes(answer, offset);
    const bytes = await readBody(answer, Math.min(length, sizeBytes - offset));
    bytesRead += bytes.length;
    return { bytes, sizeBytes };
  };

  const first = await fetchRange(0, firstBytes);
  return {
    name: url,
    sizeBytes: first.sizeBytes,
    get bytesRead() {
      return bytesRead;
    },
    async read(offset, length) {
      if (offset + length > first.sizeBytes) throw endsEarly(url, first.sizeBytes, offset + length);
      if (offset + length <= first.bytes.length) return first.bytes.subarray(offset, offset + length);
      const { bytes, sizeBytes } = await fetchRange(offset, length);
      if (sizeBytes !== first.sizeBytes) throw failure(new URL(url), "its size changed while it was read");
      if (bytes.length < length) throw endsEarly(url, offset + bytes.length, offset + length);
      return bytes;
    },
    close: async () => {},
  };
}

/** Size of the whole file, of `Content-Range: bytes 0-7/12345`; the body is dropped where the answer is not that range. */
function totalBytes({ status, headers, body, url }: Answer, offset: number): number {
  const refuse = (why: string): never => {
    drop(body);
    throw failure(new URL(url), why);
  };
  if (status === 404) refuse("there is no such file (HTTP 404)");
  if (status === 416) refuse("it is empty or shorter than it said (HTTP 416)");
  if (status !== 206) refuse(`the server ignores ranges and would send the whole file (HTTP ${status})`);
  const match = /^bytes (\d{1,16})-\d{1,16}\/(\d{1,16})$/.exec(String(headers["content-range"]));
  if (match === null || Number(match[1]) !== offset) return refuse("it answers with a range that was not asked for");
  const sizeBytes = Number(match[2]);
  return Number.isSafeInteger(sizeBytes) ? sizeBytes : refuse("its size is beyond all measure");
}
