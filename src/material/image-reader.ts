/** Images that stand in messages: read when a sample is asked, so that a thousand of them are not held at once. */
import { resolve } from "node:path";
import { UserError } from "../errors.ts";
import { type ImageData, materialLimits } from "./extract.ts";
import { bytesOf } from "./file-bytes.ts";
import { kindOf } from "./kind.ts";

/** @throws UserError where the file is missing, too large, or no image that vendors take */
export type ReadImage = (path: string, folder: string) => ImageData;

export async function imageReader(): Promise<ReadImage> {
  const { imageContent } = await import("./image.ts");
  return (path, folder) => {
    const bytes = bytesOf(path, resolve(folder, path), materialLimits.fileBytes);
    const image = kindOf(path, bytes) === "image" ? imageContent(path, bytes).image : null;
    if (image !== null) return image;
    throw new UserError({
      happened: `${path} is no image`,
      expected: "a PNG, JPEG, GIF or WebP image",
      mend: "name an image, or put the file under `material`",
    });
  };
}
