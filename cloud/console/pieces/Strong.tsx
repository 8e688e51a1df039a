import { styled } from '@mui/material/styles';

/** Bold names and numbers of orders: `b` has tabular figures, which tear hyphens apart. */
export const Strong = styled('span')({ fontWeight: 700 });
