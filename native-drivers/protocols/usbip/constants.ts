/** USB/IP by the Linux kernel's Documentation/usb/usbip_protocol.rst; every number is big endian ("Message Format"). */
export const VERSION = 0x0111;

/** Operations before a device is imported. Both sides end the connection after a list or a refusal. */
export const OP = {
  requestImport: 0x8003,
  replyImport: 0x0003,
  requestList: 0x8005,
  replyList: 0x0005,
} as const;
/** Version, code, status. */
export const OP_HEADER_BYTES = 8;
export const STATUS_OK = 0;
/** The document knows one error; Linux, tools/usb/usbip/libsrc/usbip_common.h, tells these two apart. */
export const STATUS_BUSY = 2;
export const STATUS_NO_DEVICE = 4;
export const PATH_BYTES = 256;
export const BUSID_BYTES = 32;
/** OP_REP_IMPORT from `path` to `bNumInterfaces`: offsets 8 to 0x13F. */
export const RECORD_BYTES = 0x138;

/** Commands of an imported device ("usbip_header_basic" and what follows). */
export const COMMAND = { submit: 1, unlink: 2, submitted: 3, unlinked: 4 } as const;
/** All four have one length, without the transfer's bytes. */
export const HEADER_BYTES = 0x30;
export const DIRECTION = { out: 0, in: 1 } as const;
/** `number_of_packets` of a transfer that is not isochronous. */
export const NOT_ISOCHRONOUS = 0xffffffff;

/** Linux, include/uapi/asm-generic/errno-base.h and errno.h, as they stand in `status`, negative. */
export const ERRNO = { noDevice: -19, stall: -32, unlinked: -104, shutdown: -108 } as const;

/** Linux, include/uapi/linux/usb/ch9.h, enum usb_device_speed. */
export const SPEED = { full: 2, high: 3 } as const;

/** Ours: more than any driver here sends in one transfer; a longer one is no message but garbage. */
export const MOST_TRANSFER_BYTES = 1 << 20;
/** SET_FEATURE(PORT_RESET) of a hub's port, by which a client asks for a reset (Linux, drivers/usb/usbip/stub_rx.c). */
export const PORT_RESET = Uint8Array.of(0x23, 0x03, 0x04, 0, 0, 0, 0, 0);
