"""Schedules, reports and lists as people get them: PDF, XLSX, CSV and JSON, and the lawyer's workbook there and back."""
