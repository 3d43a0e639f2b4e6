import { createTheme, Modal, type MantineColorsTuple } from "@mantine/core";

const petrol: MantineColorsTuple = [
  "#eef7f8",
  "#d9edef",
  "#b3dade",
  "#86c3ca",
  "#5cabb5",
  "#3c97a3",
  "#278591",
  "#1c7480",
  "#135f6a",
  "#0b4a53",
];

export const theme = createTheme({
  primaryColor: "petrol",
  primaryShade: 7,
  colors: { petrol },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  headings: { fontWeight: "620", sizes: { h1: { fontSize: "1.5rem" }, h2: { fontSize: "0.9375rem" } } },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // Locking writes a style that the service's policy does not admit.
    Modal: Modal.extend({ defaultProps: { lockScroll: false } }),
  },
});
