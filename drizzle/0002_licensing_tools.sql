CREATE TABLE "temporary_licenses" (
	"customer_id" uuid NOT NULL,
	"entitlement_id" uuid NOT NULL,
	"plan_id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"quantity" integer NOT NULL,
	"starts_on" date,
	"ends_on" date,
	"ended_at" timestamp with time zone,
	CONSTRAINT "temporary_licenses_customer_id_entitlement_id_pk" PRIMARY KEY("customer_id","entitlement_id"),
	CONSTRAINT "temporary_licenses_quantity" CHECK ("temporary_licenses"."quantity" > 0),
	CONSTRAINT "temporary_licenses_days" CHECK (("temporary_licenses"."starts_on" is null) = ("temporary_licenses"."ends_on" is null) and ("temporary_licenses"."ends_on" >= "temporary_licenses"."starts_on"))
);
--> statement-breakpoint
ALTER TABLE "customers" ADD COLUMN "requires_approval" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "handed_to" uuid;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "details" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "publisher" ADD COLUMN "temporary_days" integer DEFAULT 14 NOT NULL;--> statement-breakpoint
ALTER TABLE "publisher" ADD COLUMN "temporary_open" integer DEFAULT 2 NOT NULL;--> statement-breakpoint
ALTER TABLE "publisher" ADD COLUMN "temporary_per_year" integer DEFAULT 4 NOT NULL;--> statement-breakpoint
ALTER TABLE "requests" ADD COLUMN "colleague_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "requests" ADD COLUMN "undoes_id" uuid;--> statement-breakpoint
ALTER TABLE "requests" ADD COLUMN "gives_moves_back" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "temporary_licenses" ADD CONSTRAINT "temporary_licenses_product_id_products_id_fk" FOREIGN KEY ("product_id") REFERENCES "public"."products"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "temporary_licenses" ADD CONSTRAINT "temporary_licenses_entitlement" FOREIGN KEY ("customer_id","entitlement_id") REFERENCES "public"."entitlements"("customer_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "temporary_licenses_by_plan" ON "temporary_licenses" USING btree ("customer_id","plan_id");--> statement-breakpoint
CREATE INDEX "temporary_licenses_by_product" ON "temporary_licenses" USING btree ("customer_id","product_id","starts_on");--> statement-breakpoint
CREATE INDEX "temporary_licenses_by_end" ON "temporary_licenses" USING btree ("ends_on","customer_id") WHERE "temporary_licenses"."ended_at" is null and "temporary_licenses"."starts_on" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "requests_undone_once" ON "requests" USING btree ("customer_id","undoes_id") WHERE "requests"."undoes_id" is not null and "requests"."status" not in ('declined', 'cancelled');--> statement-breakpoint
CREATE INDEX "requests_for_colleague" ON "requests" USING btree ("customer_id","colleague_since") WHERE "requests"."colleague_since" is not null;
--> statement-breakpoint
CREATE TABLE "host_notes" (
	"customer_id" uuid NOT NULL,
	"host_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"text" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"removed_at" timestamp with time zone,
	CONSTRAINT "host_notes_customer_id_host_id_id_pk" PRIMARY KEY("customer_id","host_id","id"),
	CONSTRAINT "host_notes_removed" CHECK (("host_notes"."removed_at" is null) = ("host_notes"."text" <> ''))
);
--> statement-breakpoint
CREATE TABLE "host_retirements" (
	"customer_id" uuid NOT NULL,
	"host_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"retired_at" timestamp with time zone NOT NULL,
	"retired_request_id" uuid,
	"returned_at" timestamp with time zone NOT NULL,
	"returned_request_id" uuid,
	CONSTRAINT "host_retirements_customer_id_host_id_id_pk" PRIMARY KEY("customer_id","host_id","id"),
	CONSTRAINT "host_retirements_span" CHECK ("host_retirements"."returned_at" >= "host_retirements"."retired_at")
);
--> statement-breakpoint
ALTER TABLE "customers" ADD COLUMN "contact_id" uuid;--> statement-breakpoint
ALTER TABLE "customers" ADD COLUMN "phone" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "customers" ADD COLUMN "email" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "host_versions" ADD COLUMN "request_id" uuid;--> statement-breakpoint
ALTER TABLE "hosts" ADD COLUMN "retired_request_id" uuid;--> statement-breakpoint
ALTER TABLE "hosts" ADD COLUMN "caretaker_id" uuid;--> statement-breakpoint
ALTER TABLE "host_notes" ADD CONSTRAINT "host_notes_host" FOREIGN KEY ("customer_id","host_id") REFERENCES "public"."hosts"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "host_retirements" ADD CONSTRAINT "host_retirements_host" FOREIGN KEY ("customer_id","host_id") REFERENCES "public"."hosts"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "host_retirements_by_time" ON "host_retirements" USING btree ("customer_id","returned_at");--> statement-breakpoint
ALTER TABLE "customers" ADD CONSTRAINT "customers_contact_id_people_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hosts" ADD CONSTRAINT "hosts_caretaker_id_people_id_fk" FOREIGN KEY ("caretaker_id") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "host_versions_by_host" ON "host_versions" USING btree ("customer_id","host_id","recorded_at");--> statement-breakpoint
CREATE INDEX "hosts_by_former" ON "hosts" USING btree ("customer_id","replaces_host_id");--> statement-breakpoint
CREATE INDEX "transfers_by_time" ON "transfers" USING btree ("customer_id","at");
--> statement-breakpoint
CREATE TABLE "pack_marks" (
	"mark" text PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"host_id" uuid NOT NULL,
	"issue" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "request_receipts" (
	"customer_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"request_id" uuid NOT NULL,
	"token_hash" text NOT NULL,
	"made_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "request_receipts_customer_id_id_pk" PRIMARY KEY("customer_id","id"),
	CONSTRAINT "request_receipts_token" UNIQUE("customer_id","token_hash")
);
--> statement-breakpoint
ALTER TABLE "pack_marks" ADD CONSTRAINT "pack_marks_pack" FOREIGN KEY ("customer_id","host_id","issue") REFERENCES "public"."packs"("customer_id","host_id","issue") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "request_receipts" ADD CONSTRAINT "request_receipts_request" FOREIGN KEY ("customer_id","request_id") REFERENCES "public"."requests"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "pack_marks_by_pack" ON "pack_marks" USING btree ("customer_id","host_id","issue");--> statement-breakpoint
CREATE INDEX "request_receipts_by_request" ON "request_receipts" USING btree ("customer_id","request_id","created_at");--> statement-breakpoint
-- Packs that were issued before there were marks: 80 bits of a random UUID without its fixed ones.
INSERT INTO "pack_marks" ("mark", "customer_id", "host_id", "issue") SELECT left(replace(gen_random_uuid()::text, '-', ''), 12) || right(gen_random_uuid()::text, 8), "customer_id", "host_id", "issue" FROM "packs";
--> statement-breakpoint
CREATE INDEX "request_packs_by_pack" ON "request_packs" USING btree ("customer_id","host_id","issue");
--> statement-breakpoint
ALTER TABLE "customers" ADD COLUMN "over_placed_told_on" date;
