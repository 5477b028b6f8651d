/** Images go into a request as they are, as a data URL. Their size in pixels is what vendors bill by. */
import { imageSize } from "image-size";
import { messageOf, UserError } from "../errors.ts";
import type { Content, ImageData } from "./extract.ts";

const mediaTypes: Readonly<Record<string, ImageData["mediaType"]>> = {
  png: "image/png",
  jpg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
};

/** @throws UserError where its size cannot be read */
export function imageContent(path: string, bytes: Uint8Array): Content {
  const { type, width, height } = sizeOf(path, bytes);
  const mediaType = mediaTypes[type ?? ""];
  if (mediaType === undefined) throw unreadable(path, `it is of type ${type}`);
  const dataUrl = `data:${mediaType};base64,${Buffer.from(bytes).toString("base64")}`;
  return {
    text: null,
    sections: [],
    notes: [],
    image: { mediaType, widthPixels: width, heightPixels: height, dataUrl },
  };
}

function sizeOf(path: string, bytes: Uint8Array) {
  try {
    return imageSize(bytes);
  } catch (error) {
    throw unreadable(path, messageOf(error), error);
  }
}

const unreadable = (path: string, why: string, cause?: unknown) =>
  new UserError(
    {
      happened: `${path} cannot be read as an image: ${why}`,
      expected: "a whole PNG, JPEG, GIF or WebP image",
      mend: "open it in a viewer, and save it again",
    },
    { cause },
  );
