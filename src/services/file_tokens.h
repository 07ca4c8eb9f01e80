// Proofs that the server gives out about files: that whoever shows one may send one file, or fetch
// one. They are texts with a MAC by the server's key over what they allow and until when, so giving
// a hundred of them writes nothing, and nobody can make or change one. What they prove is no more
// than that: who asked for them was checked before.
//
// Ownership: borrows the crypto. Thread: any.
#pragma once

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "ports/crypto.h"
#include "vocab/ids.h"

#include <string>
#include <string_view>

namespace cinnabar::services {

// One file for a record of a form, to be named in the writes of that batch.
struct UploadPermit {
  FormId form;
  std::string batch;
  std::string key;  // a UUID that nobody had before
  Instant until;
};

class FileTokens {
 public:
  // `server_key` has at least 32 bytes.
  FileTokens(ports::Crypto& crypto, Secret server_key);

  [[nodiscard]] std::string upload_token(const UploadPermit& permit) const;
  // unauthenticated (token_unknown) for what was not made here, or is over.
  [[nodiscard]] Result<UploadPermit> read_upload(std::string_view token, Instant now) const;

  [[nodiscard]] std::string download_proof(AttachmentId attachment, Instant until) const;
  [[nodiscard]] bool may_download(AttachmentId attachment, Instant until, std::string_view proof,
                                  Instant now) const;

 private:
  [[nodiscard]] std::string mac(std::string_view text) const;

  ports::Crypto& crypto_;
  Secret server_key_;
};

}  // namespace cinnabar::services
