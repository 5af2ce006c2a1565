#include <heed/models/decoding/step_model.h>

namespace heed {

Array rows_of_lengths(const Array& lengths, const Array& sentences) {
  Array rows(DType::i32, sentences.shape());
  for (std::size_t i = 0; i < rows.values<std::int32_t>().size(); ++i) {
    const auto sentence = static_cast<std::size_t>(sentences.values<std::int32_t>()[i]);
    rows.values<std::int32_t>()[i] = lengths.values<std::int32_t>()[sentence];
  }
  return rows;
}

}  // namespace heed
