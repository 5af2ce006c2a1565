// How one vocabulary cuts text into numbered pieces and joins them again. Internal to models/text: programs
// use Vocabulary, which holds one of these and sees to the special entries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <heed/models/text/vocabulary_kind.h>

namespace heed {

class Segmentation {
 public:
  virtual ~Segmentation() = default;

  virtual VocabularyKind kind() const = 0;
  virtual std::size_t size() const = 0;

  // Throws Error for invalid UTF-8.
  virtual std::vector<std::int32_t> split(std::string_view text) const = 0;

  // The ids are below size(); <pad>, <s> and </s> are not among them, <unk> may be.
  virtual std::string join(std::span<const std::int32_t> ids) const = 0;

  virtual const std::string& piece(std::int32_t id) const = 0;  // 0 <= id < size()

  // What its file holds. Two segmentations with the same bytes are the same.
  virtual std::string bytes() const = 0;
};

}  // namespace heed
