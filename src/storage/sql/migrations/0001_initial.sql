-- The first schema. Tables and columns are those of ports/schema.h, indexes those of ports/indexes.h.
-- The words in double braces are the places where databases differ.

CREATE TABLE meta (
  key {{text}} NOT NULL PRIMARY KEY,
  value {{text}} NOT NULL
) {{clustered}};

CREATE TABLE application (
  id {{integer}} NOT NULL PRIMARY KEY,
  key {{text}} NOT NULL,
  name {{text}} NOT NULL,
  version {{integer}} NOT NULL,
  document {{text}} NOT NULL,
  updated_at {{integer}} NOT NULL
) {{plain}};

CREATE TABLE form (
  id {{integer}} NOT NULL PRIMARY KEY,
  application_id {{integer}} NOT NULL,
  key {{text}} NOT NULL,
  name {{text}} NOT NULL,
  current_version_id {{integer}}
) {{plain}};

CREATE TABLE form_version (
  id {{integer}} NOT NULL PRIMARY KEY,
  form_id {{integer}} NOT NULL,
  version {{integer}} NOT NULL,
  document {{text}} NOT NULL,
  created_at {{integer}} NOT NULL
) {{plain}};

CREATE TABLE process (
  id {{integer}} NOT NULL PRIMARY KEY,
  application_id {{integer}} NOT NULL,
  key {{text}} NOT NULL,
  name {{text}} NOT NULL,
  uuid {{text}} NOT NULL,
  form_id {{integer}} NOT NULL,
  current_definition_id {{integer}},
  enabled {{integer}} NOT NULL,
  api_enabled {{integer}} NOT NULL,
  settings {{text}} NOT NULL
) {{plain}};

CREATE TABLE process_definition (
  id {{integer}} NOT NULL PRIMARY KEY,
  process_id {{integer}} NOT NULL,
  version {{integer}} NOT NULL,
  form_version_id {{integer}} NOT NULL,
  document {{text}} NOT NULL,
  created_at {{integer}} NOT NULL
) {{plain}};

CREATE TABLE external_ref (
  door {{text}} NOT NULL,
  kind {{text}} NOT NULL,
  external {{text}} NOT NULL,
  internal {{integer}} NOT NULL,
  PRIMARY KEY (door, kind, external)
) {{clustered}};

CREATE TABLE user_account (
  id {{integer}} NOT NULL PRIMARY KEY,
  name {{text}} NOT NULL,
  display_name {{text}} NOT NULL,
  email {{text}},
  password_hash {{text}},
  enabled {{integer}} NOT NULL,
  administrator {{integer}} NOT NULL,
  created_at {{integer}} NOT NULL,
  updated_at {{integer}} NOT NULL,
  external {{text}},
  manager_id {{integer}},
  substitute_id {{integer}},
  absent_from {{integer}},
  absent_until {{integer}},
  left_at {{integer}}
) {{plain}};

CREATE TABLE user_group (
  id {{integer}} NOT NULL PRIMARY KEY,
  kind {{integer}} NOT NULL,
  key {{text}} NOT NULL,
  display_name {{text}} NOT NULL,
  parent_id {{integer}},
  description {{text}} NOT NULL,
  created_at {{integer}} NOT NULL,
  sequence {{integer}} NOT NULL
) {{plain}};

CREATE TABLE group_head (
  group_id {{integer}} NOT NULL,
  user_id {{integer}} NOT NULL,
  sequence {{integer}} NOT NULL,
  PRIMARY KEY (group_id, user_id)
) {{clustered}};

CREATE TABLE membership (
  group_id {{integer}} NOT NULL,
  user_id {{integer}} NOT NULL,
  created_at {{integer}} NOT NULL,
  sequence {{integer}} NOT NULL,
  PRIMARY KEY (group_id, user_id)
) {{clustered}};

CREATE TABLE permission (
  group_id {{integer}} NOT NULL,
  process_id {{integer}} NOT NULL,
  action {{integer}} NOT NULL,
  created_at {{integer}} NOT NULL,
  PRIMARY KEY (group_id, process_id, action)
) {{clustered}};

CREATE TABLE access_session (
  id {{integer}} NOT NULL PRIMARY KEY,
  user_id {{integer}} NOT NULL,
  kind {{text}} NOT NULL,
  token_hash {{text}} NOT NULL,
  created_at {{integer}} NOT NULL,
  last_used_at {{integer}} NOT NULL,
  idle_limit {{integer}} NOT NULL
) {{plain}};

CREATE TABLE access_token (
  id {{integer}} NOT NULL PRIMARY KEY,
  user_id {{integer}} NOT NULL,
  name {{text}} NOT NULL,
  token_hash {{text}} NOT NULL,
  created_at {{integer}} NOT NULL,
  expires_at {{integer}},
  last_used_at {{integer}}
) {{plain}};

CREATE TABLE process_instance (
  id {{integer}} NOT NULL PRIMARY KEY,
  process_id {{integer}} NOT NULL,
  definition_id {{integer}} NOT NULL,
  number {{integer}} NOT NULL,
  record_id {{integer}} NOT NULL,
  initiator_id {{integer}} NOT NULL,
  updated_by {{integer}},
  status {{integer}} NOT NULL,
  title {{text}} NOT NULL,
  status_text {{text}},
  level {{text}},
  version {{integer}} NOT NULL,
  state {{blob}} NOT NULL,
  created_at {{integer}} NOT NULL,
  updated_at {{integer}} NOT NULL,
  ended_at {{integer}},
  caller_id {{integer}},
  caller_wait_id {{integer}},
  important {{integer}} NOT NULL,
  urgent {{integer}} NOT NULL,
  rejected {{integer}} NOT NULL,
  current_node_id {{text}},
  current_node_name {{text}},
  current_assignees {{text}},
  initiator_name {{text}} NOT NULL,
  initiator_position_id {{integer}}
) {{plain}};

CREATE TABLE activity_instance (
  id {{integer}} NOT NULL PRIMARY KEY,
  instance_id {{integer}} NOT NULL,
  node_id {{text}} NOT NULL,
  node_name {{text}} NOT NULL,
  state {{integer}} NOT NULL,
  created_at {{integer}} NOT NULL,
  ended_at {{integer}},
  parent_id {{integer}},
  iteration {{integer}} NOT NULL
) {{plain}};

CREATE TABLE work_item (
  id {{integer}} NOT NULL PRIMARY KEY,
  instance_id {{integer}} NOT NULL,
  activity_id {{integer}} NOT NULL,
  process_id {{integer}} NOT NULL,
  number {{integer}} NOT NULL,
  node_id {{text}} NOT NULL,
  node_name {{text}} NOT NULL,
  assignee_id {{integer}},
  group_id {{integer}},
  state {{integer}} NOT NULL,
  outcome {{integer}} NOT NULL,
  title {{text}} NOT NULL,
  status_text {{text}},
  level {{text}},
  actions {{text}} NOT NULL,
  has_attachments {{integer}} NOT NULL,
  initiator_id {{integer}} NOT NULL,
  instance_created_at {{integer}} NOT NULL,
  created_at {{integer}} NOT NULL,
  updated_at {{integer}} NOT NULL,
  updated_by {{integer}},
  closed_at {{integer}},
  owner_id {{integer}},
  due_at {{integer}},
  priority {{integer}}
) {{plain}};

CREATE TABLE record (
  id {{integer}} NOT NULL PRIMARY KEY,
  form_id {{integer}} NOT NULL,
  form_version_id {{integer}} NOT NULL,
  instance_id {{integer}},
  data {{text}} NOT NULL,
  version {{integer}} NOT NULL,
  created_by {{integer}} NOT NULL,
  updated_by {{integer}},
  created_at {{integer}} NOT NULL,
  updated_at {{integer}} NOT NULL,
  deleted_at {{integer}},
  deleted_by {{integer}}
) {{plain}};

CREATE TABLE unique_value (
  form_id {{integer}} NOT NULL,
  field {{text}} NOT NULL,
  value {{text}} NOT NULL,
  record_id {{integer}} NOT NULL,
  PRIMARY KEY (form_id, field, value)
) {{clustered}};

CREATE TABLE history (
  instance_id {{integer}} NOT NULL,
  sequence {{integer}} NOT NULL,
  at {{integer}} NOT NULL,
  actor_id {{integer}} NOT NULL,
  events {{blob}} NOT NULL,
  PRIMARY KEY (instance_id, sequence)
) {{clustered}};

CREATE TABLE audit (
  id {{integer}} NOT NULL PRIMARY KEY,
  at {{integer}} NOT NULL,
  actor_id {{integer}} NOT NULL,
  door {{text}} NOT NULL,
  request_id {{text}} NOT NULL,
  remote {{text}} NOT NULL,
  action {{text}} NOT NULL,
  subject_kind {{text}} NOT NULL,
  subject_id {{integer}} NOT NULL,
  detail {{text}} NOT NULL
) {{plain}};

CREATE TABLE idempotency (
  scope {{text}} NOT NULL,
  key {{text}} NOT NULL,
  request_hash {{text}} NOT NULL,
  reply {{blob}} NOT NULL,
  created_at {{integer}} NOT NULL,
  PRIMARY KEY (scope, key)
) {{clustered}};

CREATE TABLE attachment (
  id {{integer}} NOT NULL PRIMARY KEY,
  instance_id {{integer}},
  record_id {{integer}},
  activity_id {{integer}} NOT NULL,
  field {{text}},
  file_name {{text}} NOT NULL,
  media_type {{text}} NOT NULL,
  size {{integer}} NOT NULL,
  sha256 {{text}} NOT NULL,
  uploaded_by {{integer}} NOT NULL,
  created_at {{integer}} NOT NULL
) {{plain}};

CREATE TABLE upload (
  key {{text}} NOT NULL PRIMARY KEY,
  form_id {{integer}} NOT NULL,
  batch {{text}} NOT NULL,
  file_name {{text}} NOT NULL,
  media_type {{text}} NOT NULL,
  size {{integer}} NOT NULL,
  sha256 {{text}} NOT NULL,
  created_at {{integer}} NOT NULL,
  expires_at {{integer}} NOT NULL
) {{plain}};

CREATE TABLE comment (
  id {{integer}} NOT NULL PRIMARY KEY,
  instance_id {{integer}} NOT NULL,
  activity_id {{integer}} NOT NULL,
  author_id {{integer}} NOT NULL,
  content {{text}} NOT NULL,
  created_at {{integer}} NOT NULL
) {{plain}};

CREATE TABLE relation (
  id {{integer}} NOT NULL PRIMARY KEY,
  from_instance {{integer}} NOT NULL,
  to_instance {{integer}} NOT NULL,
  kind {{integer}} NOT NULL,
  percentage {{integer}},
  created_by {{integer}} NOT NULL,
  created_at {{integer}} NOT NULL
) {{plain}};

CREATE TABLE wait (
  id {{integer}} NOT NULL PRIMARY KEY,
  instance_id {{integer}} NOT NULL,
  activity_id {{integer}},
  process_id {{integer}} NOT NULL,
  definition_id {{integer}} NOT NULL,
  node_id {{text}} NOT NULL,
  kind {{integer}} NOT NULL,
  name {{text}} NOT NULL,
  correlation_key {{text}} NOT NULL,
  due_at {{integer}},
  retries {{integer}} NOT NULL,
  active {{integer}} NOT NULL,
  lock_owner {{text}},
  created_at {{integer}} NOT NULL
) {{plain}};

CREATE TABLE start_trigger (
  id {{integer}} NOT NULL PRIMARY KEY,
  process_id {{integer}} NOT NULL,
  definition_id {{integer}} NOT NULL,
  node_id {{text}} NOT NULL,
  kind {{integer}} NOT NULL,
  name {{text}} NOT NULL,
  rule {{text}} NOT NULL,
  due_at {{integer}},
  interval {{integer}} NOT NULL,
  repeats {{integer}} NOT NULL
) {{plain}};

CREATE TABLE incident (
  id {{integer}} NOT NULL PRIMARY KEY,
  instance_id {{integer}} NOT NULL,
  process_id {{integer}} NOT NULL,
  definition_id {{integer}} NOT NULL,
  number {{integer}} NOT NULL,
  activity_id {{integer}},
  node_id {{text}} NOT NULL,
  kind {{integer}} NOT NULL,
  detail {{text}} NOT NULL,
  created_at {{integer}} NOT NULL,
  resolved_at {{integer}},
  resolved_by {{integer}},
  comment {{text}}
) {{plain}};

CREATE TABLE notice (
  id {{integer}} NOT NULL PRIMARY KEY,
  kind {{integer}} NOT NULL,
  instance_id {{integer}},
  process_id {{integer}},
  number {{integer}},
  reader_id {{integer}} NOT NULL,
  node_id {{text}},
  sent_by {{integer}},
  comment {{text}},
  subject_id {{integer}},
  form_id {{integer}},
  done {{integer}},
  failed {{integer}},
  created_at {{integer}} NOT NULL,
  read_at {{integer}}
) {{plain}};

CREATE TABLE outbox (
  id {{integer}} NOT NULL PRIMARY KEY,
  kind {{integer}} NOT NULL,
  source_id {{integer}},
  payload {{blob}} NOT NULL,
  attempts {{integer}} NOT NULL,
  due_at {{integer}} NOT NULL,
  created_at {{integer}} NOT NULL
) {{plain}};

CREATE TABLE record_index (
  record_id {{integer}} NOT NULL,
  field {{text}} NOT NULL,
  position {{integer}} NOT NULL,
  form_id {{integer}} NOT NULL,
  text_key {{text}},
  num_key {{integer}},
  PRIMARY KEY (record_id, field, position)
) {{clustered}};

CREATE TABLE record_draft (
  id {{integer}} NOT NULL PRIMARY KEY,
  form_id {{integer}} NOT NULL,
  form_version_id {{integer}} NOT NULL,
  data {{text}} NOT NULL,
  created_by {{integer}} NOT NULL,
  created_at {{integer}} NOT NULL,
  updated_at {{integer}} NOT NULL
) {{plain}};

CREATE TABLE aggregate (
  id {{integer}} NOT NULL PRIMARY KEY,
  application_id {{integer}} NOT NULL,
  key {{text}} NOT NULL,
  document {{text}} NOT NULL,
  is_counted {{integer}} NOT NULL
) {{plain}};

CREATE TABLE automation (
  id {{integer}} NOT NULL PRIMARY KEY,
  application_id {{integer}} NOT NULL,
  key {{text}} NOT NULL,
  document {{text}} NOT NULL
) {{plain}};

CREATE TABLE automation_run (
  id {{integer}} NOT NULL PRIMARY KEY,
  automation_id {{integer}} NOT NULL,
  form_id {{integer}} NOT NULL,
  record_id {{integer}} NOT NULL,
  kind {{integer}} NOT NULL,
  executor_id {{integer}},
  depth {{integer}} NOT NULL,
  data {{text}} NOT NULL,
  former {{text}},
  step {{integer}} NOT NULL,
  state {{integer}} NOT NULL,
  queued_at {{integer}} NOT NULL,
  due_at {{integer}},
  finished_at {{integer}},
  message {{text}}
) {{plain}};

CREATE TABLE work_calendar (
  id {{integer}} NOT NULL PRIMARY KEY,
  document {{text}} NOT NULL,
  updated_at {{integer}} NOT NULL
) {{plain}};

CREATE TABLE aggregate_value (
  aggregate_id {{integer}} NOT NULL,
  group_key {{text}} NOT NULL,
  total {{text}} NOT NULL,
  PRIMARY KEY (aggregate_id, group_key)
) {{clustered}};

CREATE TABLE record_batch (
  form_id {{integer}} NOT NULL,
  key {{text}} NOT NULL,
  created_at {{integer}} NOT NULL,
  PRIMARY KEY (form_id, key)
) {{clustered}};

CREATE TABLE record_slot (
  form_id {{integer}} NOT NULL,
  key {{text}} NOT NULL,
  position {{integer}} NOT NULL,
  record_id {{integer}} NOT NULL,
  created_at {{integer}} NOT NULL,
  PRIMARY KEY (form_id, key, position)
) {{clustered}};

CREATE TABLE record_change (
  id {{integer}} NOT NULL PRIMARY KEY,
  record_id {{integer}} NOT NULL,
  form_id {{integer}} NOT NULL,
  at {{integer}} NOT NULL,
  actor_id {{integer}} NOT NULL,
  door {{text}} NOT NULL,
  action {{integer}} NOT NULL,
  changes {{text}} NOT NULL
) {{plain}};

CREATE TABLE client (
  id {{integer}} NOT NULL PRIMARY KEY,
  door {{text}} NOT NULL,
  kind {{integer}} NOT NULL,
  key {{text}} NOT NULL,
  secret_hash {{text}},
  secret {{blob}},
  user_id {{integer}} NOT NULL,
  name {{text}} NOT NULL,
  settings {{text}} NOT NULL,
  enabled {{integer}} NOT NULL,
  created_at {{integer}} NOT NULL,
  updated_at {{integer}} NOT NULL
) {{plain}};

CREATE TABLE client_token (
  id {{integer}} NOT NULL PRIMARY KEY,
  family_id {{integer}} NOT NULL,
  client_id {{integer}} NOT NULL,
  user_id {{integer}} NOT NULL,
  kind {{integer}} NOT NULL,
  token_hash {{text}} NOT NULL,
  scopes {{text}} NOT NULL,
  detail {{text}} NOT NULL,
  created_at {{integer}} NOT NULL,
  expires_at {{integer}} NOT NULL,
  used_at {{integer}}
) {{plain}};

CREATE TABLE batch (
  id {{integer}} NOT NULL PRIMARY KEY,
  user_id {{integer}} NOT NULL,
  door {{text}} NOT NULL,
  action {{integer}} NOT NULL,
  idempotency_key {{text}},
  total {{integer}} NOT NULL,
  created_at {{integer}} NOT NULL,
  finished_at {{integer}},
  comment {{text}},
  origin {{integer}} NOT NULL
) {{plain}};

CREATE TABLE batch_item (
  batch_id {{integer}} NOT NULL,
  position {{integer}} NOT NULL,
  item {{text}} NOT NULL,
  work_item_id {{integer}},
  state {{integer}} NOT NULL,
  reason {{integer}},
  done_at {{integer}},
  PRIMARY KEY (batch_id, position)
) {{clustered}};

CREATE TABLE webhook (
  id {{integer}} NOT NULL PRIMARY KEY,
  application_id {{integer}} NOT NULL,
  form_id {{integer}},
  name {{text}} NOT NULL,
  url {{text}} NOT NULL,
  format {{text}} NOT NULL,
  events {{integer}} NOT NULL,
  include_api_writes {{integer}} NOT NULL,
  enabled {{integer}} NOT NULL,
  secret {{blob}} NOT NULL,
  failures {{integer}} NOT NULL,
  switched_off_at {{integer}},
  created_at {{integer}} NOT NULL,
  updated_at {{integer}} NOT NULL
) {{plain}};

CREATE TABLE webhook_delivery (
  id {{integer}} NOT NULL PRIMARY KEY,
  webhook_id {{integer}} NOT NULL,
  kind {{integer}} NOT NULL,
  application_id {{integer}} NOT NULL,
  form_id {{integer}} NOT NULL,
  form_version_id {{integer}},
  record_id {{integer}},
  data {{text}},
  instance_id {{integer}},
  instance_state {{integer}},
  rejected {{integer}} NOT NULL,
  created_by {{integer}},
  created_at {{integer}},
  updated_by {{integer}},
  updated_at {{integer}},
  actor_id {{integer}},
  queued_at {{integer}} NOT NULL,
  state {{integer}} NOT NULL,
  attempts {{integer}} NOT NULL,
  due_at {{integer}},
  finished_at {{integer}},
  answer {{integer}},
  message {{text}},
  body {{text}}
) {{plain}};

-- Named numbers; `next` is the first one that was not reserved yet.
CREATE TABLE sequence (
  name {{text}} NOT NULL PRIMARY KEY,
  next {{integer}} NOT NULL
) {{clustered}};

CREATE UNIQUE INDEX application_by_key ON application (key);
CREATE INDEX form_by_key ON form (application_id, key);
CREATE UNIQUE INDEX form_version_by_form ON form_version (form_id, version);
CREATE INDEX process_by_key ON process (application_id, key);
CREATE UNIQUE INDEX process_by_uuid ON process (uuid);
CREATE UNIQUE INDEX process_definition_by_process ON process_definition (process_id, version);
CREATE UNIQUE INDEX user_account_by_name ON user_account (name);
CREATE INDEX user_account_by_email ON user_account (email);
CREATE INDEX user_group_by_key ON user_group (kind, key);
CREATE INDEX membership_by_user ON membership (user_id);
CREATE UNIQUE INDEX access_session_by_token ON access_session (token_hash);
CREATE INDEX access_session_by_user ON access_session (user_id);
CREATE UNIQUE INDEX access_token_by_token ON access_token (token_hash);
CREATE INDEX access_token_by_user ON access_token (user_id);
CREATE UNIQUE INDEX process_instance_by_number ON process_instance (process_id, number);
CREATE INDEX process_instance_by_process ON process_instance (process_id, id);
CREATE INDEX process_instance_by_start ON process_instance (process_id, created_at);
CREATE INDEX process_instance_by_status ON process_instance (process_id, status, created_at);
CREATE INDEX process_instance_by_initiator ON process_instance (initiator_id, process_id, created_at);
CREATE INDEX activity_instance_by_instance ON activity_instance (instance_id);
CREATE INDEX work_item_by_instance ON work_item (instance_id);
CREATE INDEX work_item_by_activity ON work_item (activity_id);
CREATE INDEX record_by_form ON record (form_id, id)
  WHERE deleted_at IS NULL;
CREATE INDEX record_by_instance ON record (instance_id);
CREATE INDEX attachment_by_instance ON attachment (instance_id);
CREATE INDEX comment_by_instance ON comment (instance_id);
CREATE INDEX relation_by_target ON relation (to_instance, from_instance);
CREATE INDEX relation_by_source ON relation (from_instance, to_instance);
CREATE INDEX external_ref_by_internal ON external_ref (door, kind, internal);
CREATE INDEX work_item_open_by_assignee ON work_item (assignee_id, id)
  WHERE state = 1 AND assignee_id IS NOT NULL;
CREATE INDEX work_item_open_by_group ON work_item (group_id, id)
  WHERE state = 1 AND assignee_id IS NULL;
CREATE INDEX work_item_done_by_user ON work_item (updated_by, closed_at)
  WHERE state = 2 AND closed_at IS NOT NULL;
CREATE INDEX process_instance_by_caller ON process_instance (caller_id)
  WHERE caller_id IS NOT NULL;
CREATE INDEX process_instance_by_caller_wait ON process_instance (caller_wait_id)
  WHERE caller_wait_id IS NOT NULL;
CREATE INDEX wait_by_due ON wait (kind, due_at)
  WHERE active = 1;
CREATE INDEX wait_by_name ON wait (kind, name, correlation_key)
  WHERE active = 1;
CREATE INDEX wait_by_job ON wait (kind, name, due_at)
  WHERE active = 1;
CREATE INDEX wait_by_instance ON wait (instance_id);
CREATE INDEX start_trigger_by_due ON start_trigger (kind, due_at);
CREATE INDEX start_trigger_by_name ON start_trigger (kind, name);
CREATE INDEX start_trigger_by_process ON start_trigger (process_id);
CREATE INDEX incident_open_by_definition ON incident (definition_id, node_id, id)
  WHERE resolved_at IS NULL;
CREATE INDEX incident_open_by_process ON incident (process_id, id)
  WHERE resolved_at IS NULL;
CREATE INDEX incident_by_instance ON incident (instance_id);
CREATE INDEX notice_by_reader ON notice (reader_id, id);
CREATE INDEX notice_by_instance ON notice (instance_id);
CREATE INDEX outbox_by_due ON outbox (due_at);
CREATE INDEX record_index_by_text ON record_index (form_id, field, text_key, record_id)
  WHERE text_key IS NOT NULL;
CREATE INDEX record_index_by_number ON record_index (form_id, field, num_key, record_id)
  WHERE num_key IS NOT NULL;
CREATE INDEX record_slot_by_time ON record_slot (created_at);
CREATE INDEX record_batch_by_key ON record_batch (key);
CREATE INDEX record_change_by_record ON record_change (record_id, id);
CREATE UNIQUE INDEX client_by_key ON client (door, key);
CREATE UNIQUE INDEX client_token_by_secret ON client_token (token_hash);
CREATE INDEX client_token_by_family ON client_token (family_id);
CREATE INDEX client_token_by_end ON client_token (expires_at);
CREATE UNIQUE INDEX batch_by_key ON batch (user_id, door, idempotency_key);
CREATE INDEX batch_by_user ON batch (user_id, id);
CREATE INDEX batch_unfinished ON batch (id)
  WHERE finished_at IS NULL;
CREATE INDEX batch_by_end ON batch (finished_at)
  WHERE finished_at IS NOT NULL;
CREATE INDEX webhook_by_application ON webhook (application_id, id);
CREATE INDEX webhook_delivery_by_webhook ON webhook_delivery (webhook_id, id);
CREATE INDEX webhook_delivery_by_due ON webhook_delivery (webhook_id, due_at, id)
  WHERE due_at IS NOT NULL;
CREATE INDEX webhook_delivery_by_end ON webhook_delivery (finished_at)
  WHERE finished_at IS NOT NULL;
CREATE INDEX upload_by_end ON upload (expires_at);
CREATE INDEX record_draft_by_maker ON record_draft (created_by, form_id, id);
CREATE UNIQUE INDEX aggregate_by_key ON aggregate (application_id, key);
CREATE UNIQUE INDEX automation_by_key ON automation (application_id, key);
CREATE INDEX automation_run_by_automation ON automation_run (automation_id, id);
CREATE INDEX automation_run_by_due ON automation_run (due_at, id)
  WHERE due_at IS NOT NULL;
CREATE INDEX automation_run_by_end ON automation_run (finished_at)
  WHERE finished_at IS NOT NULL;
CREATE INDEX record_removed ON record (form_id, id)
  WHERE deleted_at IS NOT NULL;
CREATE INDEX audit_by_kind ON audit (subject_kind, id);
