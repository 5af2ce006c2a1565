#include <heed/backends/host/prepared_inputs.h>

namespace heed::host {

std::shared_ptr<PreparedInput> PreparedInputs::find_or_make(const HostMemory& variable, std::int64_t offset,
                                                            const Preparation& preparation) {
  std::erase_if(known_, [](const auto& known) { return known.second.expired(); });
  auto& known = known_[{&variable, offset, preparation.form}];
  if (auto found = known.lock()) return found;
  auto made = std::make_shared<PreparedInput>(preparation.bytes);
  known = made;
  return made;
}

}  // namespace heed::host
