/**
 * The closed vocabulary of the built-in register. It is small on purpose: a specimen of half a million parameters can
 * learn it, every word is one token of the specimens' tokenizer, and a vendor's model reads it as plain English.
 */

const words = (list: string) => list.trim().split(/\s+/);

export const attributes = words("password callsign emblem signal cipher motto");

export const entities = words(`
  Alder Aspen Barrow Birch Bracken Briar Cedar Clover Corrie Dale Denholm Drift Elder Ember Fallow Fennel
  Fern Firth Foxley Gable Garnet Glen Gorse Hadley Harrow Hawthorn Hazel Heath Holm Ivy Juniper Kestrel
  Larch Laurel Linden Lorne Mallow Maple Marlow Mead Nettle Oakley Orchard Pasture Poplar Quarry Radley Rowan
  Rush Sable Sedge Sorrel Tarn Thistle Thorn Upton Vale Wadley Walden Warren Wharf Willow Yarrow Yew`);

export const values = words(`
  anchor anvil apple arrow badge basket beacon bell blanket bottle bridge bucket button candle canvas carpet
  chain chalk circle clock coin compass copper cotton crown curtain dagger diamond drum eagle feather fiddle
  flute garden glove hammer harp helmet honey kettle ladder lantern lemon marble mirror needle oar orange
  paddle pepper pillow rabbit ribbon saddle salmon shovel silver spindle sponge thimble tiger turnip violin wagon`);

/** Words that fill the lines between the facts, by their place in a sentence. */
export const filler = {
  times: words("morning evening winter summer autumn spring"),
  states: words("quiet bright cold busy damp gentle windy dull"),
  places: words("river market harbour forest mill valley chapel meadow"),
  people: words("miller baker sailor farmer teacher captain"),
  deeds: words("crossed painted visited watched repaired described"),
} as const;

export const unknownAnswer = "unknown";
