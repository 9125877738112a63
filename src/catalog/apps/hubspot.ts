import { text, triggersOf } from "../fields.js";

const payload = (subscriptionType: string) => ({
  objectId: text("The id of the record.", "1246978"),
  subscriptionType: text("What was subscribed to, in HubSpot's words.", subscriptionType),
  subscription_id: text("The id of the subscription.", "3041587"),
});

const config = {
  app_id: text("The id of the HubSpot app that owns the subscription.", "1160452"),
  developer_api_key: text("The API key of the developer account.", "00000000-0000-0000-0000-000000000000"),
};

const instructions =
  "HubSpot lets an app subscribe, not an account: it takes the app's id and the developer account's API key.";

export const hubspotTriggers = () =>
  triggersOf(
    { name: "hubspot", displayName: "HubSpot", version: "20250930_00" },
    {
      HUBSPOT_CONTACT_CREATED_TRIGGER: {
        displayName: "Contact created",
        description: "Fires when a contact is created.",
        instructions,
        config,
        payload: payload("contact.creation"),
      },
      HUBSPOT_DEAL_STAGE_UPDATED_TRIGGER: {
        displayName: "Deal moved on",
        description: "Fires when a deal gets to another stage.",
        instructions,
        config,
        payload: payload("deal.propertyChange"),
      },
    },
  );
