/** The files of a checkpoint, in a folder on this machine or in a repository of a hub. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../errors.ts";
import { type ByteSource, openFile } from "./byte-source.ts";
import { type Remote, readText } from "./http.ts";
import { openUrl } from "./http-source.ts";
import { parseJson } from "./json.ts";

export interface FileSet {
  /** What a person calls it. */
  readonly name: string;
  readonly files: () => Promise<readonly string[]>;
  /** A small file's text; null where there is none. @throws UserError where it is larger than `mostBytes` */
  readonly text: (file: string, mostBytes: number) => Promise<string | null>;
  readonly open: (file: string) => Promise<ByteSource>;
}

export const localFolder = (folder: string): FileSet => ({
  name: folder,
  files: () => readdir(folder),
  async text(file, mostBytes) {
    const path = join(folder, file);
    const found = await stat(path).catch(() => null);
    if (found === null || !found.isFile()) return null;
    if (found.size > mostBytes) throw tooLarge(path, found.size, mostBytes);
    return readFile(path, "utf8");
  },
  open: (file) => openFile(join(folder, file)),
});

const listingBytes = 32 * 1024 * 1024;
const Listing = z.object({ siblings: z.array(z.object({ rfilename: z.string() })).max(100_000) });

/**
 * A model repository, read through the hub's own addresses.
 *
 * @see https://huggingface.co/docs/hub/api
 */
export function hubRepository(id: string, revision: string, remote: Remote): FileSet {
  const encoded = (path: string) => path.split("/").map(encodeURIComponent).join("/");
  const urlOf = (file: string) => `${remote.endpoint}/${id}/resolve/${encodeURIComponent(revision)}/${encoded(file)}`;
  return {
    name: id,
    async files() {
      const url = `${remote.endpoint}/api/models/${id}/revision/${encodeURIComponent(revision)}`;
      const text = await readText(url, remote, listingBytes);
      const listing = Listing.safeParse(text === null ? null : parseJson(text, url));
      if (!listing.success) throw noRepository(id, revision, remote.endpoint);
      return listing.data.siblings.map(({ rfilename }) => rfilename);
    },
    text: (file, mostBytes) => readText(urlOf(file), remote, mostBytes),
    open: (file) => openUrl(urlOf(file), remote),
  };
}

const noRepository = (id: string, revision: string, endpoint: string): UserError =>
  new UserError({
    happened: `${endpoint} has no model ${id} at ${revision}`,
    expected: "a repository of a model, as owner/name",
    mend: "check the name and the revision on the hub; private ones need HF_TOKEN",
  });

const tooLarge = (path: string, bytes: number, mostBytes: number): UserError =>
  new UserError({
    happened: `${path} has ${bytes} bytes`,
    expected: `at most ${mostBytes} bytes`,
    mend: "check that it is the file that its name says",
  });
