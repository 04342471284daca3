// Marks an argument whose bytes the returned view shows: the view dies with it.
#pragma once

#if defined(__clang__)
#define VIEWS_ARGUMENT [[clang::lifetimebound]]
#else
#define VIEWS_ARGUMENT
#endif
