import type { bouncesEs } from "./bounces.es";

/** The reasons why messages bounce, in English: WhatsApp's own titles are short, and some say little. */
export const bouncesEn: typeof bouncesEs = {
  80007: "The account exceeded its limit of requests",
  130429: "The account exceeded its limit of messages per second",
  130472: "The number is part of a WhatsApp experiment",
  131000: "WhatsApp failed without giving details",
  131016: "WhatsApp was unavailable",
  131026: "It couldn't be delivered: the number may not be on WhatsApp",
  131042: "There is a payment problem with the WhatsApp account",
  131047: "More than 24 hours have passed since the customer's last message",
  131048: "WhatsApp limited sending because of spam reports",
  131049: "WhatsApp held it back so as not to overload the customer",
  131050: "The customer opted out of marketing messages",
  131056: "Too many messages to the same number in a short time",
  131064: "WhatsApp limited sending because of the templates' category",
  132000: "The template received the wrong number of variables",
  132001: "The template doesn't exist, or isn't approved in that language",
  132005: "The template's text becomes too long",
  132007: "The template has characters or formatting that aren't allowed",
  132012: "A variable of the template has the wrong format",
  132015: "WhatsApp paused the template because of low quality",
  132016: "WhatsApp disabled the template",
};
