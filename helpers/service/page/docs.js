SwaggerUIBundle({ url: "/openapi.json", dom_id: "#addresses", validatorUrl: null });
