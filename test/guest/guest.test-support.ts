export { HOST_IN_GUEST, startGuest, type Guest } from '#scripts/guest/guest.ts';
