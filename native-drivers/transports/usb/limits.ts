/** What Linux gives a control transfer (include/linux/usb.h, USB_CTRL_GET_TIMEOUT and USB_CTRL_SET_TIMEOUT), ms. */
export const CONTROL_MS = 5000;
/** Ours, ms: a driver has times of its own; past this one a transfer on another endpoint is given up for good. */
export const TRANSFER_MS = 60_000;
