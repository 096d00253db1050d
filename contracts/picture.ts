/** How pictures may be encoded, and how the keys of their objects end: another format is another line here. */
const SUFFIXES = { 'image/jpeg': '.jpg' } as const;

export type PictureType = keyof typeof SUFFIXES;

export const PICTURE_TYPES = Object.keys(SUFFIXES) as [PictureType, ...PictureType[]];

/** What captures make, and what every frame was before frames said it. */
export const JPEG: PictureType = 'image/jpeg';

export const suffixOf = (type: PictureType): string => SUFFIXES[type];

/** How its source was decoded for a picture: its keyframes alone, what slots need, or all of it. */
export const PICTURE_MODES = ['keyframe', 'selective', 'full'] as const;
export type PictureMode = (typeof PICTURE_MODES)[number];

/** What every frame was before frames said it. */
export const FULL: PictureMode = 'full';
