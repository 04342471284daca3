#include "base/result.h"

namespace proxy {

ErrorBox::ErrorBox(ApiError error) : error_(new ApiError(std::move(error))) {}

void ErrorBox::destroy() { delete error_; }

}  // namespace proxy
