// Blobs as files: ROOT/ab/cd/<sha256>, written once and never changed.
#pragma once

#include "ports/blob_store.h"

#include <memory>

namespace cinnabar::outbound {

// Thread: safe from any; two threads that bring the same content both succeed. Errors: unavailable
// (storage_unavailable) when the disk refuses; invalid_argument for a digest that is none.
class FsBlobStore final : public ports::BlobStore {
 public:
  // Makes the folder. Uploads that are to be adopted should lie on the same file system, so that
  // adopting is a rename; otherwise they are copied.
  static Result<std::unique_ptr<FsBlobStore>> open(std::filesystem::path root);

  [[nodiscard]] Result<ports::StoredBlob> adopt(const std::filesystem::path& source,
                                                const std::string& sha256) override;
  [[nodiscard]] Result<ports::StoredBlob> put(std::string_view bytes) override;
  [[nodiscard]] Result<std::filesystem::path> locate(const std::string& sha256) override;
  [[nodiscard]] Result<std::int64_t> sweep(
      const std::function<bool(std::string_view sha256)>& is_referenced) override;

 private:
  explicit FsBlobStore(std::filesystem::path root) : root_(std::move(root)) {}
  [[nodiscard]] std::filesystem::path place_of(const std::string& sha256) const;
  Status move_into_place(const std::filesystem::path& file,
                         const std::filesystem::path& place) const;

  std::filesystem::path root_;
};

}  // namespace cinnabar::outbound
