import type { Image } from '../core/image.ts';

/** Those of the batches at work and some before them, not all of a station's life. */
const MOST_IMAGES = 32;

/** The image that was sent last is the youngest; the oldest goes. */
export function keepLatest(images: Map<string, Image>, image: Image): void {
  images.delete(image.sha256);
  images.set(image.sha256, image);
  const [oldest] = images.keys();
  if (images.size > MOST_IMAGES && oldest !== undefined) images.delete(oldest);
}
