import type { bouncesEs } from "./bounces.es";

/** The same in plain English: WhatsApp's titles are short, and some say little. */
export const bouncesEn: typeof bouncesEs = {
  80007: "The account's limit of requests was passed",
  130429: "The limit of messages a second was passed",
  130472: "The number is part of an experiment of WhatsApp",
  131000: "WhatsApp failed without saying why",
  131016: "WhatsApp was not available",
  131026: "Could not be delivered: the number may not be on WhatsApp",
  131042: "There is a problem with the payment of the WhatsApp account",
  131047: "The customer's last message is more than 24 hours old",
  131048: "WhatsApp limited the sending: it was reported as spam",
  131049: "WhatsApp held it back so that the customer gets fewer messages",
  131050: "The customer stopped marketing messages",
  131056: "Too many messages to one number in a short time",
  131064: "WhatsApp limited the sending: the templates' category",
  132000: "The template got another number of variables",
  132001: "The template does not exist, or is not approved in that language",
  132005: "The template's text becomes too long",
  132007: "The template has characters or a format that are not allowed",
  132012: "A variable of the template has another format",
  132015: "WhatsApp paused the template for low quality",
  132016: "WhatsApp disabled the template",
};
