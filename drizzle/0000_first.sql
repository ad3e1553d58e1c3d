CREATE SEQUENCE "public"."configuration_sequence" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1000001 CACHE 1;--> statement-breakpoint
CREATE SEQUENCE "public"."request_sequence" INCREMENT BY 1 MINVALUE 1 MAXVALUE 99999999 START WITH 10000000 CACHE 1;--> statement-breakpoint
CREATE TABLE "families" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"daemon" text NOT NULL,
	"port" integer NOT NULL,
	CONSTRAINT "families_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "product_features" (
	"product_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"name" text NOT NULL,
	"version" text NOT NULL,
	CONSTRAINT "product_features_product_id_position_pk" PRIMARY KEY("product_id","position"),
	CONSTRAINT "product_features_name" UNIQUE("product_id","name"),
	CONSTRAINT "product_features_name_form" CHECK ("product_features"."name" ~ '^[A-Za-z0-9_-]{1,30}$'),
	CONSTRAINT "product_features_version_form" CHECK ("product_features"."version" ~ '^[0-9]+(\.[0-9]+)?$')
);
--> statement-breakpoint
CREATE TABLE "products" (
	"id" uuid PRIMARY KEY NOT NULL,
	"part_number" text NOT NULL,
	"name" text NOT NULL,
	"family_id" uuid NOT NULL,
	"license_type" text NOT NULL,
	"extends_product_id" uuid,
	CONSTRAINT "products_part_number_unique" UNIQUE("part_number"),
	CONSTRAINT "products_license_type" CHECK ("products"."license_type" in ('node-locked', 'floating', 'extended')),
	CONSTRAINT "products_extended_has_base" CHECK (("products"."license_type" = 'extended') = ("products"."extends_product_id" is not null))
);
--> statement-breakpoint
CREATE TABLE "associations" (
	"customer_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "associations_customer_id_person_id_pk" PRIMARY KEY("customer_id","person_id")
);
--> statement-breakpoint
CREATE TABLE "contract_versions" (
	"customer_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"contract_id" uuid NOT NULL,
	"maintenance_starts_on" date,
	"maintenance_ends_on" date,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "contract_versions_customer_id_id_pk" PRIMARY KEY("customer_id","id")
);
--> statement-breakpoint
CREATE TABLE "contracts" (
	"customer_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"contract_number" text NOT NULL,
	"maintenance_starts_on" date,
	"maintenance_ends_on" date,
	CONSTRAINT "contracts_customer_id_id_pk" PRIMARY KEY("customer_id","id"),
	CONSTRAINT "contracts_number" UNIQUE("customer_id","contract_number"),
	CONSTRAINT "contracts_span" CHECK ("contracts"."maintenance_ends_on" >= "contracts"."maintenance_starts_on")
);
--> statement-breakpoint
CREATE TABLE "customer_versions" (
	"customer_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"address_line1" text DEFAULT '' NOT NULL,
	"address_line2" text DEFAULT '' NOT NULL,
	"postal_code" text DEFAULT '' NOT NULL,
	"city" text DEFAULT '' NOT NULL,
	"region" text DEFAULT '' NOT NULL,
	"country" text DEFAULT '' NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "customer_versions_customer_id_id_pk" PRIMARY KEY("customer_id","id")
);
--> statement-breakpoint
CREATE TABLE "customers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_number" text NOT NULL,
	"name" text NOT NULL,
	"address_line1" text DEFAULT '' NOT NULL,
	"address_line2" text DEFAULT '' NOT NULL,
	"postal_code" text DEFAULT '' NOT NULL,
	"city" text DEFAULT '' NOT NULL,
	"region" text DEFAULT '' NOT NULL,
	"country" text DEFAULT '' NOT NULL,
	"language" text DEFAULT 'en' NOT NULL,
	"email_domains" text[] DEFAULT '{}'::text[] NOT NULL,
	"first_supervised_at" timestamp with time zone,
	"counted_on" date,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"loaded" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "customers_customer_number_unique" UNIQUE("customer_number"),
	CONSTRAINT "customers_number_upper" CHECK ("customers"."customer_number" = upper("customers"."customer_number"))
);
--> statement-breakpoint
CREATE TABLE "privileges" (
	"customer_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"privilege" text NOT NULL,
	"granted_at" timestamp with time zone DEFAULT now() NOT NULL,
	"granted_by" uuid,
	"is_kept" boolean DEFAULT false NOT NULL,
	"until" date,
	CONSTRAINT "privileges_customer_id_person_id_privilege_pk" PRIMARY KEY("customer_id","person_id","privilege"),
	CONSTRAINT "privileges_known" CHECK ("privileges"."privilege" in ('supervisor', 'licensing', 'reporting')),
	CONSTRAINT "privileges_supervisor_without_end" CHECK ("privileges"."privilege" <> 'supervisor' or "privileges"."until" is null)
);
--> statement-breakpoint
CREATE TABLE "contract_numbers" (
	"contract_number" text PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "entitlements" (
	"customer_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"contract_id" uuid,
	"kind" text DEFAULT 'sold' NOT NULL,
	"entitled" integer DEFAULT 0 NOT NULL,
	"owned" integer DEFAULT 0 NOT NULL,
	"placed" integer DEFAULT 0 NOT NULL,
	"term_id" uuid,
	"starts_on" date,
	"ends_on" date,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "entitlements_customer_id_id_pk" PRIMARY KEY("customer_id","id"),
	CONSTRAINT "entitlements_placed_within_owned" CHECK ("entitlements"."placed" between 0 and "entitlements"."owned"),
	CONSTRAINT "entitlements_entitled" CHECK ("entitlements"."entitled" between 0 and "entitlements"."owned")
);
--> statement-breakpoint
CREATE TABLE "license_sums" (
	"customer_id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"entitlements" integer NOT NULL,
	"owned" integer NOT NULL,
	"placed" integer NOT NULL,
	"contracts" text DEFAULT '' NOT NULL,
	"contract_count" integer DEFAULT 0 NOT NULL,
	"next_end_on" date,
	"last_expired_on" date,
	"expired" integer NOT NULL,
	"over_placed" integer NOT NULL,
	CONSTRAINT "license_sums_customer_id_product_id_pk" PRIMARY KEY("customer_id","product_id"),
	CONSTRAINT "license_sums_placed" CHECK ("license_sums"."placed" between 0 and "license_sums"."owned")
);
--> statement-breakpoint
CREATE TABLE "order_lines" (
	"customer_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"line" integer NOT NULL,
	"entitlement_id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"quantity" integer NOT NULL,
	"term_kind" text NOT NULL,
	"starts_on" date NOT NULL,
	"ends_on" date,
	"contract_id" uuid,
	"release" text DEFAULT '' NOT NULL,
	"renews_order" text DEFAULT '' NOT NULL,
	"renews_line" integer,
	CONSTRAINT "order_lines_customer_id_order_id_line_pk" PRIMARY KEY("customer_id","order_id","line"),
	CONSTRAINT "order_lines_quantity" CHECK ("order_lines"."quantity" > 0),
	CONSTRAINT "order_lines_perpetual" CHECK (("order_lines"."term_kind" = 'perpetual') = ("order_lines"."ends_on" is null)),
	CONSTRAINT "order_lines_span" CHECK ("order_lines"."ends_on" >= "order_lines"."starts_on")
);
--> statement-breakpoint
CREATE TABLE "order_numbers" (
	"sales_order_number" text PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "orders" (
	"customer_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"sales_order_number" text NOT NULL,
	"order_date" date NOT NULL,
	CONSTRAINT "orders_customer_id_id_pk" PRIMARY KEY("customer_id","id"),
	CONSTRAINT "orders_number" UNIQUE("customer_id","sales_order_number")
);
--> statement-breakpoint
CREATE TABLE "terms" (
	"customer_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"entitlement_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"line" integer NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"quantity" integer NOT NULL,
	"starts_on" date NOT NULL,
	"ends_on" date,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "terms_customer_id_id_pk" PRIMARY KEY("customer_id","id"),
	CONSTRAINT "terms_line_revision" UNIQUE("customer_id","entitlement_id","order_id","line","revision"),
	CONSTRAINT "terms_quantity" CHECK ("terms"."quantity" >= 0),
	CONSTRAINT "terms_span" CHECK ("terms"."ends_on" >= "terms"."starts_on")
);
--> statement-breakpoint
CREATE TABLE "configurations" (
	"customer_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"configuration_number" text NOT NULL,
	"host_id" uuid NOT NULL,
	"family_id" uuid NOT NULL,
	"is_maintained" boolean NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "configurations_customer_id_id_pk" PRIMARY KEY("customer_id","id"),
	CONSTRAINT "configurations_number" UNIQUE("customer_id","configuration_number"),
	CONSTRAINT "configurations_of" UNIQUE("customer_id","host_id","family_id","is_maintained")
);
--> statement-breakpoint
CREATE TABLE "host_members" (
	"customer_id" uuid NOT NULL,
	"host_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"id_kind" text NOT NULL,
	"id_value" text NOT NULL,
	"server_name" text DEFAULT '' NOT NULL,
	"is_active" boolean NOT NULL,
	CONSTRAINT "host_members_customer_id_host_id_position_pk" PRIMARY KEY("customer_id","host_id","position"),
	CONSTRAINT "host_members_position" CHECK ("host_members"."position" between 1 and 3)
);
--> statement-breakpoint
CREATE TABLE "host_versions" (
	"customer_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"host_id" uuid NOT NULL,
	"label" text NOT NULL,
	"port" integer,
	"address_line1" text DEFAULT '' NOT NULL,
	"postal_code" text DEFAULT '' NOT NULL,
	"city" text DEFAULT '' NOT NULL,
	"country" text DEFAULT '' NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "host_versions_customer_id_id_pk" PRIMARY KEY("customer_id","id")
);
--> statement-breakpoint
CREATE TABLE "hosts" (
	"customer_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"label" text NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"plan_id" uuid,
	"replaces_host_id" uuid,
	"port" integer,
	"address_line1" text DEFAULT '' NOT NULL,
	"postal_code" text DEFAULT '' NOT NULL,
	"city" text DEFAULT '' NOT NULL,
	"country" text DEFAULT '' NOT NULL,
	"pack_issue" integer DEFAULT 0 NOT NULL,
	"is_pack_current" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp with time zone,
	"loaded" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "hosts_customer_id_id_pk" PRIMARY KEY("customer_id","id"),
	CONSTRAINT "hosts_kind" CHECK ("hosts"."kind" in ('single', 'triad')),
	CONSTRAINT "hosts_status" CHECK ("hosts"."status" in ('planned', 'active', 'retired')),
	CONSTRAINT "hosts_port" CHECK ("hosts"."port" between 1 and 65535)
);
--> statement-breakpoint
CREATE TABLE "packs" (
	"customer_id" uuid NOT NULL,
	"host_id" uuid NOT NULL,
	"issue" integer NOT NULL,
	"text" text NOT NULL,
	"digest" text NOT NULL,
	"key_id" text NOT NULL,
	"request_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "packs_customer_id_host_id_issue_pk" PRIMARY KEY("customer_id","host_id","issue")
);
--> statement-breakpoint
CREATE TABLE "placements" (
	"customer_id" uuid NOT NULL,
	"entitlement_id" uuid NOT NULL,
	"host_id" uuid NOT NULL,
	"configuration_id" uuid NOT NULL,
	"quantity" integer NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"request_id" uuid,
	CONSTRAINT "placements_customer_id_entitlement_id_host_id_pk" PRIMARY KEY("customer_id","entitlement_id","host_id"),
	CONSTRAINT "placements_quantity" CHECK ("placements"."quantity" >= 0)
);
--> statement-breakpoint
CREATE TABLE "activity" (
	"customer_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"person_id" uuid,
	"verb" text NOT NULL,
	"object_kind" text NOT NULL,
	"object_id" text NOT NULL,
	"request_id" uuid,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "activity_customer_id_id_pk" PRIMARY KEY("customer_id","id")
);
--> statement-breakpoint
CREATE TABLE "mails" (
	"customer_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"to_address" text NOT NULL,
	"language" text NOT NULL,
	"template" text NOT NULL,
	"params" jsonb NOT NULL,
	"message_id" text NOT NULL,
	"tries" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"sent_at" timestamp with time zone,
	CONSTRAINT "mails_customer_id_id_pk" PRIMARY KEY("customer_id","id")
);
--> statement-breakpoint
CREATE TABLE "form_keys" (
	"person_id" uuid NOT NULL,
	"key" uuid NOT NULL,
	"body_digest" text NOT NULL,
	"location" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "form_keys_person_id_key_pk" PRIMARY KEY("person_id","key")
);
--> statement-breakpoint
CREATE TABLE "password_links" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "people" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"name" text DEFAULT '' NOT NULL,
	"phone" text DEFAULT '' NOT NULL,
	"language" text,
	"time_zone" text,
	"password_hash" text,
	"confirmed_at" timestamp with time zone,
	"is_staff" boolean DEFAULT false NOT NULL,
	"primary_customer_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"loaded" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "people_email_unique" UNIQUE("email"),
	CONSTRAINT "people_email_lower" CHECK ("people"."email" = lower("people"."email"))
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id_hash" text PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"active_customer_id" uuid,
	"data" jsonb NOT NULL,
	"user_agent" text DEFAULT '' NOT NULL,
	"network" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "throttles" (
	"key" text PRIMARY KEY NOT NULL,
	"tries" integer NOT NULL,
	"window_starts_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "plan_lines" (
	"customer_id" uuid NOT NULL,
	"plan_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"entitlement_id" uuid NOT NULL,
	"from_host_id" uuid,
	"to_host_id" uuid,
	"quantity" integer NOT NULL,
	CONSTRAINT "plan_lines_customer_id_plan_id_id_pk" PRIMARY KEY("customer_id","plan_id","id"),
	CONSTRAINT "plan_lines_quantity" CHECK ("plan_lines"."quantity" > 0),
	CONSTRAINT "plan_lines_ends" CHECK ("plan_lines"."from_host_id" is distinct from "plan_lines"."to_host_id")
);
--> statement-breakpoint
CREATE TABLE "plans" (
	"customer_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"tool" text NOT NULL,
	"status" text DEFAULT 'draft' NOT NULL,
	"name" text DEFAULT '' NOT NULL,
	"created_by" uuid NOT NULL,
	"request_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "plans_customer_id_id_pk" PRIMARY KEY("customer_id","id"),
	CONSTRAINT "plans_status" CHECK ("plans"."status" in ('draft', 'submitted', 'discarded'))
);
--> statement-breakpoint
CREATE TABLE "loads" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"by" text NOT NULL,
	"counts" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "publisher" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"name" text DEFAULT 'Guichet' NOT NULL,
	"time_zone" text DEFAULT 'UTC' NOT NULL,
	"open_until_supervised" boolean DEFAULT true NOT NULL,
	"allow_any_host_id" boolean DEFAULT false NOT NULL,
	"host_id_kinds" text[] DEFAULT '{}'::text[] NOT NULL,
	"moves_per_year" integer DEFAULT 6 NOT NULL,
	"undo_hours" integer DEFAULT 24 NOT NULL,
	"support_text" text DEFAULT '' NOT NULL,
	"support_url" text DEFAULT '' NOT NULL,
	"services_url" text DEFAULT '' NOT NULL,
	"history_begins_on" date,
	"is_demonstration" boolean DEFAULT false NOT NULL,
	CONSTRAINT "publisher_is_one_row" CHECK ("publisher"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "request_events" (
	"customer_id" uuid NOT NULL,
	"request_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"person_id" uuid,
	"kind" text NOT NULL,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "request_events_customer_id_request_id_id_pk" PRIMARY KEY("customer_id","request_id","id")
);
--> statement-breakpoint
CREATE TABLE "request_packs" (
	"customer_id" uuid NOT NULL,
	"request_id" uuid NOT NULL,
	"host_id" uuid NOT NULL,
	"issue" integer NOT NULL,
	CONSTRAINT "request_packs_customer_id_request_id_host_id_pk" PRIMARY KEY("customer_id","request_id","host_id")
);
--> statement-breakpoint
CREATE TABLE "requests" (
	"customer_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"number" bigint NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"requested_by" uuid NOT NULL,
	"plan_id" uuid,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"completed_at" timestamp with time zone,
	CONSTRAINT "requests_customer_id_id_pk" PRIMARY KEY("customer_id","id"),
	CONSTRAINT "requests_number" UNIQUE("customer_id","number"),
	CONSTRAINT "requests_status" CHECK ("requests"."status" in ('submitted', 'in-review', 'needs-information', 'completed', 'declined', 'cancelled'))
);
--> statement-breakpoint
CREATE TABLE "transfers" (
	"customer_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"entitlement_id" uuid NOT NULL,
	"from_host_id" uuid,
	"to_host_id" uuid,
	"quantity" integer NOT NULL,
	"configuration_id" uuid,
	"request_id" uuid,
	"load_id" uuid,
	"person_id" uuid,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "transfers_customer_id_id_pk" PRIMARY KEY("customer_id","id"),
	CONSTRAINT "transfers_quantity" CHECK ("transfers"."quantity" > 0),
	CONSTRAINT "transfers_ends" CHECK ("transfers"."from_host_id" is distinct from "transfers"."to_host_id"),
	CONSTRAINT "transfers_origin" CHECK (("transfers"."request_id" is null) = ("transfers"."load_id" is not null))
);
--> statement-breakpoint
ALTER TABLE "product_features" ADD CONSTRAINT "product_features_product_id_products_id_fk" FOREIGN KEY ("product_id") REFERENCES "public"."products"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "products" ADD CONSTRAINT "products_family_id_families_id_fk" FOREIGN KEY ("family_id") REFERENCES "public"."families"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "associations" ADD CONSTRAINT "associations_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "associations" ADD CONSTRAINT "associations_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contract_versions" ADD CONSTRAINT "contract_versions_contract" FOREIGN KEY ("customer_id","contract_id") REFERENCES "public"."contracts"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts" ADD CONSTRAINT "contracts_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer_versions" ADD CONSTRAINT "customer_versions_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "privileges" ADD CONSTRAINT "privileges_association" FOREIGN KEY ("customer_id","person_id") REFERENCES "public"."associations"("customer_id","person_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contract_numbers" ADD CONSTRAINT "contract_numbers_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entitlements" ADD CONSTRAINT "entitlements_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entitlements" ADD CONSTRAINT "entitlements_product_id_products_id_fk" FOREIGN KEY ("product_id") REFERENCES "public"."products"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entitlements" ADD CONSTRAINT "entitlements_contract" FOREIGN KEY ("customer_id","contract_id") REFERENCES "public"."contracts"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "license_sums" ADD CONSTRAINT "license_sums_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "license_sums" ADD CONSTRAINT "license_sums_product_id_products_id_fk" FOREIGN KEY ("product_id") REFERENCES "public"."products"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_product_id_products_id_fk" FOREIGN KEY ("product_id") REFERENCES "public"."products"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_order" FOREIGN KEY ("customer_id","order_id") REFERENCES "public"."orders"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_entitlement" FOREIGN KEY ("customer_id","entitlement_id") REFERENCES "public"."entitlements"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_numbers" ADD CONSTRAINT "order_numbers_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_sales_order_number_order_numbers_sales_order_number_fk" FOREIGN KEY ("sales_order_number") REFERENCES "public"."order_numbers"("sales_order_number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "terms" ADD CONSTRAINT "terms_entitlement" FOREIGN KEY ("customer_id","entitlement_id") REFERENCES "public"."entitlements"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "terms" ADD CONSTRAINT "terms_order" FOREIGN KEY ("customer_id","order_id") REFERENCES "public"."orders"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "configurations" ADD CONSTRAINT "configurations_family_id_families_id_fk" FOREIGN KEY ("family_id") REFERENCES "public"."families"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "configurations" ADD CONSTRAINT "configurations_host" FOREIGN KEY ("customer_id","host_id") REFERENCES "public"."hosts"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "host_members" ADD CONSTRAINT "host_members_host" FOREIGN KEY ("customer_id","host_id") REFERENCES "public"."hosts"("customer_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hosts" ADD CONSTRAINT "hosts_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hosts" ADD CONSTRAINT "hosts_replaces" FOREIGN KEY ("customer_id","replaces_host_id") REFERENCES "public"."hosts"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "packs" ADD CONSTRAINT "packs_host" FOREIGN KEY ("customer_id","host_id") REFERENCES "public"."hosts"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "placements" ADD CONSTRAINT "placements_entitlement" FOREIGN KEY ("customer_id","entitlement_id") REFERENCES "public"."entitlements"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "placements" ADD CONSTRAINT "placements_host" FOREIGN KEY ("customer_id","host_id") REFERENCES "public"."hosts"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "placements" ADD CONSTRAINT "placements_configuration" FOREIGN KEY ("customer_id","configuration_id") REFERENCES "public"."configurations"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activity" ADD CONSTRAINT "activity_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mails" ADD CONSTRAINT "mails_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "password_links" ADD CONSTRAINT "password_links_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_lines" ADD CONSTRAINT "plan_lines_plan" FOREIGN KEY ("customer_id","plan_id") REFERENCES "public"."plans"("customer_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_lines" ADD CONSTRAINT "plan_lines_entitlement" FOREIGN KEY ("customer_id","entitlement_id") REFERENCES "public"."entitlements"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_lines" ADD CONSTRAINT "plan_lines_from" FOREIGN KEY ("customer_id","from_host_id") REFERENCES "public"."hosts"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_lines" ADD CONSTRAINT "plan_lines_to" FOREIGN KEY ("customer_id","to_host_id") REFERENCES "public"."hosts"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plans" ADD CONSTRAINT "plans_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "request_events" ADD CONSTRAINT "request_events_request" FOREIGN KEY ("customer_id","request_id") REFERENCES "public"."requests"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "request_packs" ADD CONSTRAINT "request_packs_request" FOREIGN KEY ("customer_id","request_id") REFERENCES "public"."requests"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "request_packs" ADD CONSTRAINT "request_packs_pack" FOREIGN KEY ("customer_id","host_id","issue") REFERENCES "public"."packs"("customer_id","host_id","issue") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "requests" ADD CONSTRAINT "requests_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_entitlement" FOREIGN KEY ("customer_id","entitlement_id") REFERENCES "public"."entitlements"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_from" FOREIGN KEY ("customer_id","from_host_id") REFERENCES "public"."hosts"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_to" FOREIGN KEY ("customer_id","to_host_id") REFERENCES "public"."hosts"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_configuration" FOREIGN KEY ("customer_id","configuration_id") REFERENCES "public"."configurations"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_request" FOREIGN KEY ("customer_id","request_id") REFERENCES "public"."requests"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "products_by_name" ON "products" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "products_by_family" ON "products" USING btree ("family_id");--> statement-breakpoint
CREATE INDEX "associations_by_person" ON "associations" USING btree ("person_id","customer_id");--> statement-breakpoint
CREATE INDEX "privileges_by_person" ON "privileges" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "entitlements_by_product" ON "entitlements" USING btree ("customer_id","product_id","id");--> statement-breakpoint
CREATE INDEX "entitlements_by_end" ON "entitlements" USING btree ("customer_id","ends_on","id");--> statement-breakpoint
CREATE INDEX "entitlements_by_contract" ON "entitlements" USING btree ("customer_id","contract_id");--> statement-breakpoint
CREATE INDEX "order_lines_by_entitlement" ON "order_lines" USING btree ("customer_id","entitlement_id");--> statement-breakpoint
CREATE UNIQUE INDEX "host_members_active_id" ON "host_members" USING btree ("customer_id","id_kind","id_value") WHERE "host_members"."is_active";--> statement-breakpoint
CREATE INDEX "host_members_by_id" ON "host_members" USING btree ("customer_id","id_value");--> statement-breakpoint
CREATE UNIQUE INDEX "hosts_active_label" ON "hosts" USING btree ("customer_id",lower("label")) WHERE "hosts"."status" = 'active';--> statement-breakpoint
CREATE INDEX "hosts_by_label" ON "hosts" USING btree ("customer_id","label","id");--> statement-breakpoint
CREATE INDEX "hosts_by_plan" ON "hosts" USING btree ("customer_id","plan_id");--> statement-breakpoint
CREATE INDEX "packs_by_digest" ON "packs" USING btree ("customer_id","digest");--> statement-breakpoint
CREATE INDEX "placements_by_host" ON "placements" USING btree ("customer_id","host_id","entitlement_id");--> statement-breakpoint
CREATE INDEX "activity_by_time" ON "activity" USING btree ("customer_id","at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "mails_unsent" ON "mails" USING btree ("customer_id","sent_at");--> statement-breakpoint
CREATE INDEX "form_keys_by_age" ON "form_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "password_links_by_person" ON "password_links" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "sessions_by_person" ON "sessions" USING btree ("person_id","last_seen_at");--> statement-breakpoint
CREATE INDEX "plans_by_age" ON "plans" USING btree ("customer_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "requests_by_time" ON "requests" USING btree ("customer_id","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "requests_by_person" ON "requests" USING btree ("customer_id","requested_by","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "transfers_by_entitlement" ON "transfers" USING btree ("customer_id","entitlement_id","at");--> statement-breakpoint
CREATE INDEX "transfers_by_request" ON "transfers" USING btree ("customer_id","request_id");--> statement-breakpoint
CREATE INDEX "transfers_to" ON "transfers" USING btree ("customer_id","to_host_id","at");--> statement-breakpoint
CREATE INDEX "transfers_from" ON "transfers" USING btree ("customer_id","from_host_id","at");